using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Requests;

namespace Berth.Graph.Plans;

/// <summary>A plan as JSON (contract, Plan).</summary>
internal static class PlanJson
{
    private const int MostNamed = 10;

    /// <summary>Writes a plan; what the caller may not read is left out, and that is said (B508).</summary>
    public static void Write(Utf8JsonWriter json, Guid id, Plan plan, Tenant tenant, GraphRequest request)
    {
        json.WriteStartObject();
        Members(json, id, plan, tenant, request, isUndo: false, []);
        json.WriteEndObject();
    }

    /// <summary>The members of a plan in an object that has others.</summary>
    public static void Members(Utf8JsonWriter json, Guid id, Plan plan, Tenant tenant, GraphRequest request, bool isUndo, IEnumerable<string> warnings)
    {
        bool users = DeskAccess.Read.Allows(request.Caller.Permissions), machines = CloudPcAccess.Read.Allows(request.Caller.Permissions);
        json.WriteString("id"u8, id);
        json.WriteNumber("version"u8, plan.Version);
        json.WriteBoolean("changes"u8, plan.Changes);
        Summary(json, plan);
        json.WriteStartArray("users"u8);
        foreach (ref readonly PlannedLicense one in users ? plan.Licenses.Span : [])
        {
            License(json, tenant, one);
        }

        json.WriteEndArray();
        json.WriteStartArray("cloudPcs"u8);
        foreach (ref readonly PlannedCloudPc one in machines ? plan.CloudPcs.Span : [])
        {
            CloudPc(json, tenant, one);
        }

        json.WriteEndArray();
        Pools(json, plan, tenant);
        json.WriteStartArray("warnings"u8);
        foreach (string warning in warnings.Concat(Warnings(plan, tenant, isUndo, users, machines)))
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    /// <summary>The members of a plan that name nobody: its counts, its pools, its guards and its warnings.</summary>
    public static void Digest(Utf8JsonWriter json, Plan plan, Tenant tenant, GraphRequest request)
    {
        Summary(json, plan);
        Pools(json, plan, tenant);
        json.WriteStartArray("warnings"u8);
        foreach (string warning in Warnings(plan, tenant, isUndo: false, users: true, CloudPcAccess.Read.Allows(request.Caller.Permissions)))
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    private static void Pools(Utf8JsonWriter json, Plan plan, Tenant tenant)
    {
        json.WriteStartArray("pools"u8);
        foreach (PlannedPool one in plan.Pools)
        {
            Pool(json, tenant, one);
        }

        json.WriteEndArray();
        json.WriteStartArray("guards"u8);
        foreach (MassRemoval one in plan.MassRemovals)
        {
            json.WriteStartObject();
            json.WriteString("guard"u8, "massRemoval"u8);
            json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
            json.WriteNumber("holders"u8, one.Holders);
            json.WriteNumber("losing"u8, one.Losing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
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
        json.WriteNumber("cloudPcsLosingData"u8, plan.CloudPcs.Count(static one => one.DestroysData));
        json.WriteEndObject();

        int Number(CloudPcEffect effect) => plan.CloudPcs.Count(one => one.Effect == effect);
    }

    private static void License(Utf8JsonWriter json, Tenant tenant, in PlannedLicense one)
    {
        json.WriteStartObject();
        json.WriteString("userId"u8, one.UserId);
        json.WriteString("userPrincipalName"u8, one.UserPrincipalName);
        json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
        if (one.GroupId is { } group)
        {
            json.WriteString("source"u8, group);
        }
        else
        {
            json.WriteString("source"u8, "direct"u8);
        }

        json.WriteString("before"u8, NameOf(one.Before));
        json.WriteString("after"u8, NameOf(one.After));
        json.WriteString("error"u8, NameOf(one.Error));
        json.WriteString("reason"u8, Reason(one));
        json.WriteEndObject();
    }

    private static void CloudPc(Utf8JsonWriter json, Tenant tenant, in PlannedCloudPc one)
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

    private static IEnumerable<string> Warnings(Plan plan, Tenant tenant, bool isUndo, bool users, bool machines)
    {
        foreach (IGrouping<DateTimeOffset, PlannedCloudPc> lost in plan.CloudPcs.Where(static one => one.DestroysData).GroupBy(static one => one.Date))
        {
            int many = lost.Count();
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The data of {many} Cloud PC{(many == 1 ? "" : "s")} is destroyed at {lost.Key.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} and cannot be brought back (C41, C42).");
        }

        foreach (MassRemoval one in plan.MassRemovals)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Losing} of {one.Holders} holders lose {tenant.Catalog.Skus[one.Sku].PartNumber}, more than {MassRemoval.Percent} %{(isUndo ? "; nothing stops an undo (B523)" : ": it is applied only with allowMassRemoval (B505)")}.");
        }

        if (plan.WithoutCompanions.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.WithoutCompanions.Count} of the users who get a Cloud PC lack Windows Enterprise, Intune or Entra ID P1 (C14): {string.Join(", ", plan.WithoutCompanions.Take(MostNamed).Select(id => Name(tenant, id)))}"
                + $"{(plan.WithoutCompanions.Count > MostNamed ? " and others" : "")}. Nobody enforces it.");
        }

        if (!users && plan.Licenses.Count > 0)
        {
            yield return "Whose licenses change is not told here: reading it takes LicenseAssignment.Read.All (B508).";
        }

        if (!machines && plan.CloudPcs.Count > 0)
        {
            yield return "Which Cloud PCs change is not told here: reading it takes CloudPC.Read.All (B508).";
        }
    }

    private static string Name(Tenant tenant, Guid id) => tenant.TryGetUser(tenant.FindUser(id), out User? user) ? user.UserPrincipalName : id.ToString();

    /// <summary>Why a row comes out as it does, for people.</summary>
    internal static string Reason(in PlannedLicense one) => one.Error switch
    {
        LicenseError.CountViolation => "No seat is free (G1).",
        LicenseError.MutuallyExclusiveViolation => "A service plan excludes one that the user has, or one of the same group (G2).",
        LicenseError.DependencyViolation => "A service plan lacks one that it needs, or one that is needed would go (G3).",
        LicenseError.ProhibitedInUsageLocationViolation => "A service plan is not offered in the user's country (G4).",
        LicenseError.UniquenessViolation => "A value that has to be unique is not (G5).",
        LicenseError.Other => "Another license of the same group cannot be given (G6).",
        LicenseError.None => (one.Before, one.After) switch
        {
            (not null, null) => one.GroupId is null ? "The direct license is taken away." : "The group gives it no longer.",
            (null, not null) => one.GroupId is null ? "The license is assigned directly." : "The group gives it.",
            (AssignmentState.Error, AssignmentState.Active) => "What stood in the way is gone.",
            _ => "Its disabled service plans change.",
        },
    };

    private static string? NameOf(AssignmentState? state) => state is { } known ? NameOf(known) : null;

    private static string NameOf(AssignmentState state) => state switch
    {
        AssignmentState.Active => nameof(AssignmentState.Active),
        AssignmentState.ActiveWithError => nameof(AssignmentState.ActiveWithError),
        AssignmentState.Error => nameof(AssignmentState.Error),
    };

    private static string NameOf(LicenseError error) => error switch
    {
        LicenseError.None => nameof(LicenseError.None),
        LicenseError.ProhibitedInUsageLocationViolation => nameof(LicenseError.ProhibitedInUsageLocationViolation),
        LicenseError.MutuallyExclusiveViolation => nameof(LicenseError.MutuallyExclusiveViolation),
        LicenseError.DependencyViolation => nameof(LicenseError.DependencyViolation),
        LicenseError.CountViolation => nameof(LicenseError.CountViolation),
        LicenseError.UniquenessViolation => nameof(LicenseError.UniquenessViolation),
        LicenseError.Other => nameof(LicenseError.Other),
    };

    /// <summary>An effect as the wire spells it.</summary>
    internal static string NameOf(CloudPcEffect effect) => effect switch
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
