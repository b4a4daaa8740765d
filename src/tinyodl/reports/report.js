"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colors = ["#2f7ed8", "#e07b39", "#2ca06c", "#b45fd0", "#d6455d", "#8a8f3c", "#4ab3c4", "#8d6e63"];

  function layout(own) {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim();
    const line = style.getPropertyValue("--line").trim();
    const narrow = window.innerWidth < 700;
    const result = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, size: narrow ? 11 : 13 },
      colorway: colors,
      margin: { l: 60, r: 12, t: 8, b: 60 },
      height: 440,
      legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0, font: { size: narrow ? 10 : 12 } },
      hovermode: "closest",
      dragmode: narrow ? false : "zoom",
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

  function draw() {
    for (const [key, , , traces, own] of charts) {
      Plotly.react(`chart-${key}`, structuredClone(traces), layout(own), {
        responsive: true,
        displaylogo: false,
        modeBarButtonsToRemove: ["lasso2d", "select2d"],
      });
    }
  }

  draw();
  dark.addEventListener("change", draw);
})();
