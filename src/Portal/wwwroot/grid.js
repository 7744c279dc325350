// What a list cannot know without the browser: where it is scrolled to, and keys that would scroll it.
export function watch(grid, owner, rowHeight) {
  let asked = 0;
  const report = () => {
    asked = 0;
    owner.invokeMethodAsync("Scrolled", grid.scrollTop, grid.clientHeight);
  };
  const ask = () => {
    if (!asked) {
      asked = requestAnimationFrame(report);
    }
  };
  const own = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);
  const key = event => {
    if (event.target === grid && (own.has(event.key) || (event.key === "a" && event.ctrlKey))) {
      event.preventDefault();
    }
  };
  const size = new ResizeObserver(ask);
  size.observe(grid);
  grid.addEventListener("scroll", ask, { passive: true });
  grid.addEventListener("keydown", key);
  return {
    show(index) {
      const head = grid.firstElementChild.offsetHeight;
      const top = index * rowHeight;
      const bottom = top + rowHeight + head;
      if (top < grid.scrollTop) {
        grid.scrollTop = top;
      } else if (bottom > grid.scrollTop + grid.clientHeight) {
        grid.scrollTop = bottom - grid.clientHeight;
      }
    },
    scrollTo(top) {
      grid.scrollTop = top;
    },
    end() {
      // What was asked for before the end would come after it, and nobody would be there.
      cancelAnimationFrame(asked);
      size.disconnect();
      grid.removeEventListener("scroll", ask);
      grid.removeEventListener("keydown", key);
    },
  };
}
