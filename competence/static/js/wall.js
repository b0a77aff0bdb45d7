// The screen on the wall: says so when the figures can no longer be fetched.

const lost = () => {
  const line = document.querySelector("[data-kt-updated]");
  if (!line) return;
  line.textContent = line.dataset.ktLost;
  line.classList.add("kt-wall-lost");
};

document.body.addEventListener("htmx:sendError", lost);
document.body.addEventListener("htmx:timeout", lost);
document.body.addEventListener("htmx:responseError", lost);
