using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>
/// Fills in what a change leaves unsaid: a license that somebody has already, named without <c>disabledPlans</c>, keeps those that it has (B577). Graph would take
/// the silence for "none" and switch plans on.
/// </summary>
internal static class KeptPlans
{
    /// <summary>Fills in, on a copy of the tenant.</summary>
    public static void Fill(JsonArray changes, Tenant tenant)
    {
        foreach (JsonObject change in changes.OfType<JsonObject>())
        {
            foreach (JsonObject added in (change["add"] as JsonArray ?? []).OfType<JsonObject>())
            {
                if (!added.ContainsKey("disabledPlans") && Id(added["skuId"]) is { } id && tenant.Catalog.TryGetSku(id, out Sku? sku) && LicensesOf(change, tenant).Disabled(sku.Index) is { Count: > 0 } kept)
                {
                    added["disabledPlans"] = new JsonArray([.. kept.Select(plan => JsonValue.Create(tenant.Catalog.Plans[plan].Id.ToString()))]);
                }
            }
        }
    }

    private static LicenseSet LicensesOf(JsonObject change, Tenant tenant) =>
        Id(change["userId"]) is { } userId && tenant.FindUser(userId) is >= 0 and int user ? tenant.LicensesOf(user).Direct
        : Id(change["groupId"]) is { } groupId && tenant.FindGroup(groupId) is >= 0 and int group ? tenant.Groups[group].Licenses
        : LicenseSet.Empty;

    private static Guid? Id(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && Guid.TryParse(text, out Guid id) ? id : null;
}
