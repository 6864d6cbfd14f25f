// While somebody tries lists and thresholds out, the points follow at once. Without this script the button does it.
const form = document.getElementById("try");
let asked = 0;

async function follow() {
  const mine = ++asked;
  const answer = await fetch(form.dataset.try, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  if (mine !== asked) return;
  const said = await answer.json();
  document.getElementById("tried-answer").textContent = said.problem ?? said.answer;
  const rows = (said.rows ?? []).map(([label, number]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = label;
    const cell = document.createElement("td");
    cell.className = "number";
    cell.textContent = number;
    row.append(head, cell);
    return row;
  });
  document.querySelector("#tried-rows tbody").replaceChildren(...rows);
}

form?.addEventListener("change", follow);
