"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = () => window.innerWidth < 700;

  const theme = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // A role has one colour in every chart.
  function coloured(trace) {
    const color = theme(trace.meta === "soft" ? "faint" : trace.meta);
    const result = structuredClone(trace);
    result.line = { color, ...result.line };
    result.marker = { color, ...result.marker };
    result.marker.line = { color, ...result.marker.line };
    result.textfont = { color };
    return result;
  }

  function layout(own) {
    const [ink, line] = [theme("ink"), theme("line")];
    const result = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, size: narrow() ? 11 : 13 },
      margin: { l: 50, r: 12, t: 8, b: 60 },
      height: 440,
      legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0, font: { size: narrow() ? 10 : 12 } },
      hovermode: "closest",
      dragmode: narrow() ? false : "zoom",
      ...own,
    };
    for (const key of Object.keys(result)) {
      if (!/^[xy]axis/.test(key)) continue;
      result[key] = {
        gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, ...result[key],
      };
    }
    return result;
  }

  function draw([key, traces, own]) {
    const place = document.getElementById(`chart-${key}`);
    if (!place.offsetParent) return; // folded: drawn when it is opened
    Plotly.react(place, traces.map(coloured), layout(structuredClone(own)), {
      responsive: true,
      displayModeBar: false,
    });
  }

  const drawAll = () => charts.forEach(draw);

  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!(target instanceof HTMLDetailsElement)) return;
    target.open = true;
    target.scrollIntoView();
  }

  drawAll();
  for (const section of document.querySelectorAll("details.section")) section.addEventListener("toggle", drawAll);
  const all = document.getElementById("all");
  all.addEventListener("click", () => {
    const open = all.textContent === "Open all";
    for (const section of document.querySelectorAll("details.section")) section.open = open;
    all.textContent = open ? "Fold all" : "Open all";
  });
  dark.addEventListener("change", drawAll);
  window.addEventListener("hashchange", follow);
  follow();
})();
