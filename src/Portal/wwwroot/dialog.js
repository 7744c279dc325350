// A dialog that stands before everything else is opened and closed by its own methods, which Blazor cannot call.
export function open(dialog) {
  dialog.showModal();
}

export function close(dialog) {
  dialog.close();
}
