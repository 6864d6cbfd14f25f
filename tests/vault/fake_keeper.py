"""A stand-in for the program in front of an HSM: what it is told on the command line decides how it misbehaves.

python fake_keeper.py ID SECRET_HEX [MISCHIEF]
"""

import base64
import hmac
import json
import os
import sys
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ID, SECRET, *MISCHIEF = sys.argv[1:]
KEY = bytes.fromhex(SECRET)


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def answer(said):
    bound = json.dumps([said.get("key_id"), said.get("owner")]).encode()
    if said["do"] == "describe":
        return {"id": ID, "check_value": hmac.new(KEY, ID.encode(), "sha256").hexdigest()}
    if said["do"] == "wrap":
        nonce = os.urandom(12)
        wrapped = nonce + AESGCM(KEY).encrypt(nonce, base64.b64decode(said["material"]), bound)
        return {"wrapped": base64.b64encode(wrapped).decode()}
    blob = base64.b64decode(said["wrapped"])
    try:
        return {"material": base64.b64encode(AESGCM(KEY).decrypt(blob[:12], blob[12:], bound)).decode()}
    except Exception:
        return {"refused": True}


for line in sys.stdin:
    said = json.loads(line)
    is_first = said["do"] == "describe"
    if "mute" in MISCHIEF:
        time.sleep(60)
    if "nonsense" in MISCHIEF:
        say("nonsense\n")
    elif "a list" in MISCHIEF:
        say("[]\n")
    elif "no id" in MISCHIEF:
        say("{}\n")
    elif "endless" in MISCHIEF:
        say("x" * 200_000)
        time.sleep(60)
    elif "empty" in MISCHIEF and not is_first:
        say("{}\n")
    else:
        say(json.dumps(answer(said)) + "\n")
    if "ends" in MISCHIEF:
        sys.exit()
