// Runs before the first paint, so that a chosen theme or language never flashes the other one.
(() => {
  try {
    const theme = localStorage.getItem('croft-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    const language = localStorage.getItem('croft-language');
    if (language) document.documentElement.lang = language;
  } catch {
    // Storage is switched off: the system's theme and language it is.
  }
})();
