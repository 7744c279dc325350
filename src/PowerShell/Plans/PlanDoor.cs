using System.Text.Json;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell.Plans;

/// <summary>The routes of plans: drawn, applied, and an operation set back.</summary>
internal static class PlanDoor
{
    // What a Cloud PC loses: none of these is in the figures that count licenses.
    private static readonly HashSet<string> _losses = new(StringComparer.Ordinal) { "deprovisioned", "entersGrace" };

    /// <summary>Draws a plan; nothing changes (B842).</summary>
    /// <exception cref="BerthException">A change would be refused, or no answer.</exception>
    public static BerthPlan Draw(BerthClient client, SkuNames skus, byte[] body, CancellationToken cancel) => Read(client.Post("/berth/v1/plan", body, cancel), skus);

    /// <summary>Applies a plan by its id: it is drawn again, and when it comes out otherwise nothing is done (B506).</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public static BerthOperationResult Apply(BerthClient client, string planId, bool allowMassRemoval, BerthPlan? plan, CancellationToken cancel)
    {
        JsonElement done = client.Post("/berth/v1/apply", ShellJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("planId", planId);
            if (allowMassRemoval)
            {
                json.WriteBoolean("allowMassRemoval", true);
            }

            json.WriteEndObject();
        }), cancel);
        string operation = done.Text("id");
        return new BerthOperationResult(operation, done.Number("version"), true, plan is null ? null : Done(plan, operation), []);
    }

    /// <summary>What setting an operation back would do (B523).</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public static (BerthPlan Plan, string[] NotUndone) DrawUndo(BerthClient client, SkuNames skus, string operation, CancellationToken cancel)
    {
        JsonElement plan = client.Get(UndoPath(operation), cancel);
        return (Read(plan, skus), Sentences(plan));
    }

    /// <summary>Sets an operation back.</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public static BerthOperationResult Undo(BerthClient client, string operation, BerthPlan plan, CancellationToken cancel)
    {
        JsonElement done = client.Post(UndoPath(operation), null, cancel);
        string id = done.Text("id");
        return new BerthOperationResult(id, done.Number("version"), true, Done(plan, id), Sentences(done));
    }

    private static string UndoPath(string operation) => $"/berth/v1/history/{Uri.EscapeDataString(operation)}/undo";

    private static BerthPlan Done(BerthPlan plan, string operation) => plan with { Licenses = [.. plan.Licenses.Select(row => row with { Applied = true, OperationId = operation })] };

    private static string[] Sentences(JsonElement json) => [.. json.Items("notUndone").Select(static gap => gap.Text("message"))];

    private static BerthPlan Read(JsonElement json, SkuNames skus)
    {
        JsonElement summary = json.Part("summary");
        return new BerthPlan(
            json.Text("id"),
            json.Number("version"),
            json.Part("changes").ValueKind != JsonValueKind.False,
            summary.Number("usersGaining"),
            summary.Number("usersLosing"),
            summary.Number("usersInError"),
            summary.Number("cloudPcsProvisioned"),
            summary.Number("cloudPcsEnteringGrace"),
            summary.Number("cloudPcsLosingData"),
            [.. json.Items("users").Select(row => new BerthLicenseChange(
                row.Text("userPrincipalName"),
                row.Text("userId"),
                skus.Of(row.Text("skuId")),
                row.Text("skuId"),
                row.Text("source"),
                row.TextOrNull("before"),
                row.TextOrNull("after"),
                row.Text("error"),
                row.Text("reason"),
                false,
                ""))],
            [.. json.Items("pools").Select(row => new BerthPool(
                skus.Of(row.Text("skuId")),
                row.Text("skuId"),
                row.Number("assignable"),
                row.Number("consumedBefore"),
                row.Number("consumedAfter"),
                row.Number("waitingBefore"),
                row.Number("waitingAfter")))],
            json.Texts("warnings"))
        {
            TakesMachines = json.Items("cloudPcs").Any(static row => row.Flag("destroysData") || _losses.Contains(row.Text("effect"))),
        };
    }
}
