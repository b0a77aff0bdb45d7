// Kompetencetavlen's own script: enhancement only, every page works without it. Small parts, one listener each;
// no inline code and no eval. A part looks for its data-kt-… attribute and stays away where there is none.
import { startMatrices } from "./matrix.js";
import { startFrame } from "./frame.js";
import { startAutosave } from "./autosave.js";

function start() {
  startFrame();
  startMatrices();
  startAutosave();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
