using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Desk;

/// <summary>What changes would do, before they are made: <c>/berth/v1/plan</c>. Nothing changes.</summary>
internal static class PlanDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/plan", CloudPcAccess.Read, Draw) { Versions = RouteVersions.Berth },
    ];

    private static Handling Draw(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Plan",
        PlanBody.Read,
        changes => new Handling.Working((desk, _) => ValueTask.FromResult(Answer(desk, request, changes))));

    private static GraphResponse Answer(TenantDesk desk, GraphRequest request, List<PlannedChange> changes)
    {
        Tenant tenant = desk.Current;
        DateTimeOffset now = desk.Now;
        Command[] commands = [.. changes.SelectMany(change => change.Commands(tenant, now))];
        if (Plan.Of(tenant, commands, new DecisionContext(now, request.Caller.Actor), out Refusal? refusal) is not { } plan)
        {
            // As if it had been done: what Graph would refuse is refused here in the same words.
            return GraphResponse.Error(request, refusal!.ToError());
        }

        // The same question about the same tenant is the same plan.
        Guid id = IdsByName.Of(tenant.Profile.Id, $"plan/{tenant.Version}/{Convert.ToHexStringLower(SHA256.HashData(request.Body.Span))}");
        return GraphResponse.Json(200, (plan, tenant, id), static (json, s) =>
        {
            (Plan plan, Tenant tenant, Guid id) = s;
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteNumber("version"u8, plan.Version);
            Summary(json, plan);
            json.WriteStartArray("users"u8);
            foreach (PlannedLicense one in plan.Licenses)
            {
                License(json, tenant, one);
            }

            json.WriteEndArray();
            json.WriteStartArray("cloudPcs"u8);
            foreach (PlannedCloudPc one in plan.CloudPcs)
            {
                CloudPc(json, tenant, one);
            }

            json.WriteEndArray();
            json.WriteStartArray("pools"u8);
            foreach (PlannedPool one in plan.Pools)
            {
                Pool(json, tenant, one);
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings"u8);
            foreach (string warning in Warnings(plan, tenant))
            {
                json.WriteStringValue(warning);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Summary(Utf8JsonWriter json, Plan plan)
    {
        json.WriteStartObject("summary"u8);
        json.WriteNumber("usersGaining"u8, plan.Gaining);
        json.WriteNumber("usersLosing"u8, plan.Losing);
        json.WriteNumber("usersInError"u8, plan.InError);
        json.WriteNumber("cloudPcsProvisioned"u8, Number(CloudPcEffect.Provisioned));
        json.WriteNumber("cloudPcsEnteringGrace"u8, Number(CloudPcEffect.EntersGrace));
        json.WriteNumber("cloudPcsRecovered"u8, Number(CloudPcEffect.Recovered));
        json.WriteNumber("cloudPcsDeprovisioned"u8, Number(CloudPcEffect.Deprovisioned));
        json.WriteNumber("cloudPcsLosingData"u8, plan.CloudPcs.Count(one => one.DestroysData));
        json.WriteEndObject();

        int Number(CloudPcEffect effect) => plan.CloudPcs.Count(one => one.Effect == effect);
    }

    private static void License(Utf8JsonWriter json, Tenant tenant, PlannedLicense one)
    {
        json.WriteStartObject();
        json.WriteString("userId"u8, one.UserId);
        json.WriteString("userPrincipalName"u8, one.UserPrincipalName);
        json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
        json.WriteString("source"u8, one.GroupId?.ToString() ?? "direct");
        json.WriteString("before"u8, one.Before?.ToString());
        json.WriteString("after"u8, one.After?.ToString());
        json.WriteString("error"u8, one.Error.ToString());
        json.WriteString("reason"u8, one.Error != LicenseError.None ? $"The license cannot be given: {one.Error}."
            : one.After is null ? "The license goes with the change." : "The license comes with the change.");
        json.WriteEndObject();
    }

    private static void CloudPc(Utf8JsonWriter json, Tenant tenant, PlannedCloudPc one)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, one.Id?.ToString());
        json.WriteString("userId"u8, one.UserId == Guid.Empty ? null : one.UserId.ToString());
        json.WriteString("servicePlanId"u8, tenant.Catalog.Plans[one.Plan].Id);
        json.WriteString("effect"u8, NameOf(one.Effect));
        json.WriteString("date"u8, one.Date.UtcDateTime);
        json.WriteBoolean("destroysData"u8, one.DestroysData);
        json.WriteEndObject();
    }

    private static void Pool(Utf8JsonWriter json, Tenant tenant, PlannedPool one)
    {
        json.WriteStartObject();
        json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
        json.WriteNumber("assignable"u8, one.Assignable);
        json.WriteNumber("consumedBefore"u8, one.ConsumedBefore);
        json.WriteNumber("consumedAfter"u8, one.ConsumedAfter);
        json.WriteNumber("waitingBefore"u8, one.WaitingBefore);
        json.WriteNumber("waitingAfter"u8, one.WaitingAfter);
        json.WriteEndObject();
    }

    private static IEnumerable<string> Warnings(Plan plan, Tenant tenant)
    {
        DateTimeOffset[] dates = [.. plan.CloudPcs.Where(one => one.DestroysData).Select(one => one.Date).Distinct()];
        foreach (DateTimeOffset date in dates)
        {
            int many = plan.CloudPcs.Count(one => one.DestroysData && one.Date == date);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The data of {many} Cloud PC{(many == 1 ? "" : "s")} is destroyed at {date.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} and cannot be brought back (C41, C42).");
        }

        if (plan.WithoutCompanions.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.WithoutCompanions.Count} of the users who get a Cloud PC lack Windows Enterprise, Intune or Entra ID P1 (C14): {string.Join(", ", plan.WithoutCompanions.Take(MostNamed).Select(id => Name(tenant, id)))}"
                + $"{(plan.WithoutCompanions.Count > MostNamed ? " and others" : "")}. Nobody enforces it.");
        }
    }

    private const int MostNamed = 10;

    private static string Name(Tenant tenant, Guid id) => tenant.TryGetUser(tenant.FindUser(id), out Engine.Directory.User? user) ? user.UserPrincipalName : id.ToString();

    private static string NameOf(CloudPcEffect effect) => effect switch
    {
        CloudPcEffect.Provisioned => "provisioned",
        CloudPcEffect.Pending => "pending",
        CloudPcEffect.NotProvisioned => "notProvisioned",
        CloudPcEffect.EntersGrace => "enteringGrace",
        CloudPcEffect.Recovered => "recovered",
        CloudPcEffect.Deprovisioned => "deprovisioned",
        CloudPcEffect.Reprovisioned => "reprovisioned",
        CloudPcEffect.Restored => "restored",
        CloudPcEffect.Resized => "resized",
        CloudPcEffect.SettingsApplied => "settingsApplied",
        CloudPcEffect.Failed => "failed",
        CloudPcEffect.Unlisted => "unlisted",
    };
}
