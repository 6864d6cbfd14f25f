"""What the pages of papers and photos say."""

from opennrm.kernel.text import say

ADD = say("Add a paper or photo")
ADD_IS = say(
    "It is sealed with the key of this person. The photo is made anew from its pixels; a PDF loses its properties, "
    "scripts and attached files. What is seen on it stays. An original that a court may want stays where it was."
)
TAKE_AWAY = say("Take it away")
TAKE_AWAY_HEADING = say("Take a paper or photo away")
TAKE_AWAY_IS = say("Its content is removed and cannot be brought back. That it was there stays, with the reason.")
