// Before anything is drawn: light or dark as the person chose here before, else as their system has it. What follows is done by the components, which tell of it.
(() => {
  const root = document.documentElement;
  const set = dark => root.style.colorScheme = dark ? "dark" : "light";
  let mode;
  try {
    mode = JSON.parse(localStorage.getItem("fluentui-blazor:theme-settings") ?? "{}").mode;
  } catch {
    mode = undefined;
  }
  if (mode === "dark" || mode === "light") {
    set(mode === "dark");
  }
  document.addEventListener("DOMContentLoaded", () => document.body.addEventListener("themeChanged", event => set(event.detail.isDark)));
})();
