using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Berth.Portal.Parts;

/// <summary>Opens and closes a <c>dialog</c> before everything else of the page; Escape closes it as well.</summary>
internal static class Dialogs
{
    /// <summary>Opens it; the focus goes into it, and back to where it was when it closes.</summary>
    public static Task OpenDialogAsync(this IJSRuntime js, ElementReference dialog) => CallAsync(js, "open", dialog);

    /// <summary>Closes it.</summary>
    public static Task CloseDialogAsync(this IJSRuntime js, ElementReference dialog) => CallAsync(js, "close", dialog);

    private static async Task CallAsync(IJSRuntime js, string name, ElementReference dialog)
    {
        await using IJSObjectReference script = await js.InvokeAsync<IJSObjectReference>("import", "./dialog.js");
        await script.InvokeVoidAsync(name, dialog);
    }
}
