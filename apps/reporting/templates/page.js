"use strict";
// Clicking a sentence lights its evidence rows and marks their spans on the strip and the plot; clicking again clears.
const plot = document.querySelector(".figure");
const lane = document.querySelector(".lane");
const start = Number(plot.dataset.start), end = Number(plot.dataset.end);
const left = Number(plot.dataset.x0), right = Number(plot.dataset.x1);

function mark(holder, from, to, x0, x1) {
  const one = document.createElement("i");
  const at = (t) => x0 + ((x1 - x0) * (t - start)) / (end - start);
  one.className = "mark";
  one.style.left = 100 * at(from) + "%";
  one.style.width = 100 * (at(to) - at(from)) + "%";
  holder.append(one);
}

function clear() {
  document.querySelectorAll(".mark").forEach((one) => one.remove());
  document.querySelectorAll(".on").forEach((one) => one.classList.remove("on"));
}

function show(chosen) {
  const already = chosen.classList.contains("on");
  clear();
  if (already) return;
  const episode = chosen.closest("details");
  const wanted = new Set((chosen.dataset.evidence || "").split(" "));
  chosen.classList.add("on");
  episode.querySelectorAll("tr.fact").forEach((row) => {
    if (!wanted.has(row.dataset.evidence)) return;
    row.classList.add("on");
    const from = Number(row.dataset.from), to = Number(row.dataset.to);
    mark(plot, from, to, left, right);
    mark(lane, from, to, 0, 1);
  });
}

document.querySelectorAll(".said[data-evidence], tr.fact").forEach((one) => {
  one.addEventListener("click", () => show(one));
  one.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    show(one);
  });
});

function open(id) {
  const episode = document.getElementById(id);
  if (episode instanceof HTMLDetailsElement) episode.open = true;
}
document.querySelectorAll(".lane a").forEach((one) => one.addEventListener("click", () => open(one.hash.slice(1))));
if (location.hash) open(location.hash.slice(1));
document.getElementById("all").addEventListener("click", () => {
  const episodes = [...document.querySelectorAll("details.episode")];
  const shut = episodes.some((one) => !one.open);
  episodes.forEach((one) => { one.open = shut; });
});
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
