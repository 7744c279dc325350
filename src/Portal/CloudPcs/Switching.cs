using Berth.Portal.Graph;
using Berth.Portal.Parts;

namespace Berth.Portal.CloudPcs;

/// <summary>Powers Cloud PCs of Frontline on and off, after it was said what that means (B655).</summary>
internal static class Switching
{
    /// <summary>Asks, and does it.</summary>
    /// <param name="confirm">The dialog.</param>
    /// <param name="graph">Where it is done.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="on">The Cloud PCs, at least one.</param>
    /// <param name="isOn">Whether they are powered on.</param>
    /// <param name="said">Told how many of several were refused, in words; empty when none was.</param>
    public static Task AskAsync(ConfirmDialog confirm, GraphClient graph, string names, IReadOnlyList<CloudPc> on, bool isOn, Func<string, Task> said) => confirm.OpenAsync(
        $"Power {(isOn ? "on" : "off")} {names}",
        isOn
            ? ["A dedicated one takes a license of its size at once; without a free one it stays off.", "When nobody comes, it goes off after two hours and gives the license back."]
            : ["Whoever is signed in to it is signed out; what they have not saved is lost. What is on the disk stays.", "Its license is free for somebody else."],
        $"Power {(on.Count == 1 ? "it" : "them")} {(isOn ? "on" : "off")}",
        async () =>
        {
            if (on.Count == 1)
            {
                await graph.SendAsync(HttpMethod.Post, $"{CloudPc.Root}/{on[0].Id}/{(isOn ? "powerOn" : "powerOff")}", new NoParameters(), CloudPcJson.Default.NoParameters);
                await said("");
                return;
            }

            BulkAnswer answer = await graph.PostAsync(
                CloudPc.BulkActions,
                new BulkRequest($"#microsoft.graph.cloudPcBulkPower{(isOn ? "On" : "Off")}", $"Power {(isOn ? "on" : "off")} from the admin center", [.. on.Select(one => one.Id.ToString())]),
                CloudPcJson.Default.BulkRequest,
                CloudPcJson.Default.BulkAnswer);
            int refused = answer.ActionSummary.FailedCount + answer.ActionSummary.NotSupportedCount;
            await said(refused == 0 ? "" : string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{refused:N0} of {on.Count:N0} stayed {(isOn ? "off, most likely because no license of their size is free" : "on")}. Whoever powers one of them {(isOn ? "on" : "off")} alone is told why."));
        });
}
