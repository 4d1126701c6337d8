// Before the first paint, so that no page flashes in the other theme.
(function () {
  let kept = null;
  try { kept = localStorage.getItem('theme'); } catch { /* Storage may be forbidden: the system's theme is as good. */ }
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
})();
