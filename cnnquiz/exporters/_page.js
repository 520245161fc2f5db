"use strict";
const articles = [...document.querySelectorAll("article")];
const score = document.getElementById("score");

function number(text) {
  let words = text.trim().replace(/−/g, "-").replace(/\s/g, "");
  const percent = words.endsWith("%");
  if (percent) words = words.slice(0, -1);
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(words)) words = words.replace(/,/g, "");
  if (/^[+-]?\d+,\d+$/.test(words)) words = words.replace(",", ".");
  const fraction = words.match(/^([+-]?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/);
  const value = fraction ? fraction[1] / fraction[2] : words === "" ? NaN : Number(words);
  return percent ? value / 100 : value;
}

function plain(text) {
  return text.trim().toLowerCase().replace(/[×*∗]/g, "x").replace(/[\s()[\]]/g, "").replace(/,/g, "x");
}

function isRight(article, chosen) {
  const { type } = article.dataset;
  if (type === "choice") {
    const key = article.dataset.key.split(" ");
    return chosen.length === key.length && chosen.every((letter) => key.includes(letter));
  }
  const answers = JSON.parse(article.dataset.answers);
  if (type === "number") {
    return Math.abs(number(chosen[0]) - Number(answers[0])) <= Number(article.dataset.tolerance) + 1e-12;
  }
  return answers.some((answer) => plain(answer) === plain(chosen[0]));
}

function answersOf(article) {
  const typed = article.querySelector("input[type=text]");
  if (typed) return typed.value.trim() ? [typed.value] : [];
  return [...article.querySelectorAll("input:checked")].map((input) => input.value);
}

function show(article, chosen) {
  const right = isRight(article, chosen);
  article.dataset.done = right ? "right" : "wrong";
  const verdict = article.querySelector(".verdict");
  verdict.textContent = right ? "Right." : `Wrong. The answer is ${article.dataset.said}.`;
  verdict.className = `verdict ${article.dataset.done}`;
  for (const input of article.querySelectorAll("input")) {
    input.disabled = true;
    const label = input.closest("label");
    if (!label || input.type === "text") continue;
    label.classList.add(article.dataset.key.split(" ").includes(input.value) ? "right" : "wrong");
    if (input.checked) label.classList.add("chosen");
  }
  for (const part of article.querySelectorAll(".why, .explanation")) part.hidden = false;
  for (const part of article.querySelectorAll("details, form > button")) part.hidden = true;
  const done = articles.filter((one) => one.dataset.done);
  const points = done.filter((one) => one.dataset.done === "right").length;
  score.textContent = `${points} of ${articles.length} right, ${articles.length - done.length} to go`;
  if (done.length === articles.length) score.textContent = `Score: ${points} of ${articles.length}`;
}

for (const article of articles) {
  article.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = answersOf(article);
    const verdict = article.querySelector(".verdict");
    if (chosen.length === 0) {
      verdict.textContent = "Give an answer first.";
      return;
    }
    show(article, chosen);
    const next = articles.find((one) => !one.dataset.done);
    if (next) article.querySelector(".next").hidden = false;
  });
  article.querySelector(".next").addEventListener("click", () => {
    const next = articles[articles.indexOf(article) + 1] || articles.find((one) => !one.dataset.done);
    next?.querySelector("input")?.focus();
    next?.scrollIntoView({ block: "start" });
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.type === "text") return;
  const article = event.target.closest?.("article") ?? articles.find((one) => !one.dataset.done);
  const input = article?.querySelector(`input[value="${CSS.escape(event.key.toLowerCase())}"]`);
  if (input && !input.disabled) {
    input.checked = input.type === "checkbox" ? !input.checked : true;
    input.focus();
    event.preventDefault();
  }
});
