"""Reports: one self-contained HTML file, drawn with the plotly.js that is in this folder."""
