using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Errors;
using Berth.Graph.Plans;
using Berth.Graph.Requests;

namespace Berth.Graph.Explaining;

/// <summary>An explanation as JSON (contract, explain), in words that say what to do.</summary>
internal static class ExplanationJson
{
    /// <summary>Writes an explanation.</summary>
    public static void Write(Utf8JsonWriter json, Explanation one, Tenant tenant, GraphRequest request)
    {
        User person = tenant.Users[one.User]!;
        json.WriteStartObject();
        json.WriteString("userId"u8, person.Id);
        json.WriteString("userPrincipalName"u8, person.UserPrincipalName);
        json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
        json.WriteString("skuPartNumber"u8, tenant.Catalog.Skus[one.Sku].PartNumber);
        json.WriteBoolean("has"u8, one.Has);
        json.WriteStartArray("paths"u8);
        foreach (LicensePath path in one.Paths)
        {
            Path(json, tenant, path);
        }

        json.WriteEndArray();
        json.WriteStartArray("blockers"u8);
        foreach (Blocker blocker in one.Blockers)
        {
            Blocker(json, tenant, blocker);
        }

        foreach (int group in one.Nested)
        {
            json.WriteStartObject();
            json.WriteString("source"u8, tenant.Groups[group].Id);
            json.WriteString("skuId"u8, tenant.Catalog.Skus[one.Sku].Id);
            json.WriteString("error"u8, "None"u8);
            json.WriteString("rule"u8, "L38"u8);
            json.WriteString("code"u8, "nestedMembership"u8);
            json.WriteString(
                "message"u8,
                $"The user belongs to {tenant.Groups[group].Profile.DisplayName} through another group only, and a group licenses its own members only: make the user a member of it.");
            json.WriteStartArray("plans"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Queue(json, tenant, one.Queue);
        json.WriteStartArray("cloudPcs"u8);
        foreach (ExplainedCloudPc machine in CloudPcAccess.Read.Allows(request.Caller.Permissions) ? one.CloudPcs : [])
        {
            CloudPc(json, tenant, machine);
        }

        json.WriteEndArray();
        json.WriteStartArray("fixes"u8);
        foreach (Fix fix in one.Fixes)
        {
            Fix(json, tenant, one, fix);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Path(Utf8JsonWriter json, Tenant tenant, LicensePath path)
    {
        json.WriteStartObject();
        Source(json, tenant, path.Group);
        json.WriteString("state"u8, path.State.State.ToString());
        json.WriteString("error"u8, path.State.Error.ToString());
        json.WriteBoolean("isMember"u8, path.IsMember);
        json.WriteStartArray("disabledPlans"u8);
        foreach (int plan in path.State.Disabled)
        {
            json.WriteStringValue(tenant.Catalog.Plans[plan].Id);
        }

        json.WriteEndArray();
        json.WriteString("lastUpdatedDateTime"u8, path.State.UpdatedAt.UtcDateTime);
        json.WriteEndObject();
    }

    private static void Source(Utf8JsonWriter json, Tenant tenant, int group)
    {
        if (group < 0)
        {
            json.WriteString("source"u8, "direct"u8);
            json.WriteNull("displayName"u8);
        }
        else
        {
            json.WriteString("source"u8, tenant.Groups[group].Id);
            json.WriteString("displayName"u8, tenant.Groups[group].Profile.DisplayName);
        }
    }

    private static void Blocker(Utf8JsonWriter json, Tenant tenant, Blocker blocker)
    {
        GraphError error = blocker.Refusal.ToError();
        json.WriteStartObject();
        Source(json, tenant, blocker.Group);
        json.WriteString("skuId"u8, tenant.Catalog.Skus[blocker.Sku].Id);
        json.WriteString("error"u8, blocker.Error.ToString());
        json.WriteString("rule"u8, RuleOf(blocker));
        json.WriteString("code"u8, error.InnerCode);
        json.WriteString("message"u8, error.Message);
        json.WriteStartArray("plans"u8);
        foreach (Guid plan in blocker.Refusal.Code is RefusalCode.MissingDependency or RefusalCode.DependedUponByOther && blocker.Refusal.Subject is { } dependent
            ? blocker.Refusal.Ids.Prepend(dependent)
            : blocker.Refusal.Ids)
        {
            json.WriteStringValue(plan);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The catalog's numbers: a group's errors are G1 to G6, those of a direct call E1 to E11.
    private static string RuleOf(Blocker blocker) => blocker.Error switch
    {
        LicenseError.CountViolation => "G1",
        LicenseError.MutuallyExclusiveViolation => "G2",
        LicenseError.DependencyViolation => "G3",
        LicenseError.ProhibitedInUsageLocationViolation => "G4",
        LicenseError.UniquenessViolation => "G5",
        LicenseError.Other => "G6",
        LicenseError.None => blocker.Refusal.Code switch
        {
            RefusalCode.SkuNotInTenant => "E1",
            RefusalCode.SeatsExhausted => "E2",
            RefusalCode.UsageLocationMissing or RefusalCode.ProhibitedInUsageLocation => "E3",
            RefusalCode.PlansMutuallyExclusive => "E4",
            RefusalCode.MissingDependency or RefusalCode.DependedUponByOther => "E5",
            RefusalCode.SkuNotAssignableToTarget => "E9",
            _ => "E10",
        },
    };

    private static void Queue(Utf8JsonWriter json, Tenant tenant, QueuePlace? queue)
    {
        if (queue is null)
        {
            json.WriteNull("queue"u8);
            return;
        }

        json.WriteStartObject("queue"u8);
        json.WriteNumber("position"u8, queue.Ahead + 1);
        json.WriteNumber("ahead"u8, queue.Ahead);
        json.WriteString("waitingSince"u8, queue.Since.UtcDateTime);
        json.WriteStartArray("first"u8);
        foreach (WaitingPair pair in queue.First)
        {
            json.WriteStartObject();
            json.WriteString("userId"u8, pair.UserId);
            json.WriteString("userPrincipalName"u8, tenant.TryGetUser(pair.User, out User? waits) ? waits.UserPrincipalName : null);
            json.WriteString("waitingSince"u8, pair.Since.At.UtcDateTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void CloudPc(Utf8JsonWriter json, Tenant tenant, ExplainedCloudPc machine)
    {
        json.WriteStartObject();
        json.WriteString("servicePlanId"u8, tenant.Catalog.Plans[machine.Plan].Id);
        json.WriteString("id"u8, machine.Row?.Id.ToString());
        json.WriteString("status"u8, machine.Row?.Status.ToName());
        json.WriteString("gracePeriodEndDateTime"u8, machine.Row?.GraceEndsAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("lacks"u8, machine.Lack switch
        {
            CloudPcLack.None => "nothing"u8,
            CloudPcLack.NoLicense => "license"u8,
            CloudPcLack.PlanDisabled => "plan"u8,
            CloudPcLack.NoPolicy => "policy"u8,
            CloudPcLack.NoSlot => "slot"u8,
            CloudPcLack.Frontline => "assignment"u8,
        });
        json.WriteString("message"u8, machine.Lack switch
        {
            CloudPcLack.None => machine.Row?.Status == CloudPcStatus.Failed ? $"The Cloud PC failed: {machine.Row.Error?.Message}" : "There is a Cloud PC.",
            CloudPcLack.NoLicense => "Without the license there is no Cloud PC.",
            CloudPcLack.PlanDisabled => "The service plan of the Cloud PC is switched off in every license the user has: switch it on.",
            CloudPcLack.NoPolicy => "No provisioning policy covers the user: assign one to a group of the user.",
            CloudPcLack.NoSlot => "All licenses of this size are in use by other Cloud PCs: this one waits for the next that is free.",
            CloudPcLack.Frontline => "The license belongs to the tenant: assign a provisioning policy of Frontline to a group of the user, with this size and a number of licenses.",
        });
        json.WriteEndObject();
    }

    private static void Fix(Utf8JsonWriter json, Tenant tenant, Explanation one, Fix fix)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, char.ToLowerInvariant($"{fix.Kind}"[0]) + $"{fix.Kind}"[1..]);
        json.WriteString("description"u8, Sentence(tenant, one, fix));
        json.WriteStartArray("changes"u8);
        foreach (Command command in fix.Commands)
        {
            ChangeJson.Write(json, command);
        }

        json.WriteEndArray();
        json.WriteNumber("usersGaining"u8, fix.Gaining);
        json.WriteNumber("usersLosing"u8, fix.Losing);
        json.WriteNumber("cloudPcsLosingData"u8, fix.DestroysData);
        json.WriteEndObject();
    }

    private static string Sentence(Tenant tenant, Explanation one, Fix fix)
    {
        string sku = tenant.Catalog.Skus[one.Sku].PartNumber;
        string and = fix.Commands.Count > 1 ? ", and assign the license directly" : "";
        return fix.Kind switch
        {
            FixKind.AssignDirectly => $"Assign {sku} directly.",
            FixKind.SetUsageLocation => $"Set the usage location to {tenant.Profile.Country}{and}.",
            FixKind.AssignWithoutPlans => $"Assign {sku} directly, without the service plans that stand in the way.",
            FixKind.Switch => $"Assign {sku} directly in place of {Removed(tenant, fix)}.",
            FixKind.JoinGroup => $"Add the user to {(tenant.FindGroup(fix.About!.Value) is >= 0 and int group ? tenant.Groups[group].Profile.DisplayName : "the group")}.",
            FixKind.BuyUnits => string.Create(CultureInfo.InvariantCulture, $"Have {((Command.SetUnits)fix.Commands[0]).Units} units of {sku}, where there are {tenant.PrepaidUnitsOf(one.Sku).Assignable}{and}."),
            FixKind.TakeFromDisabled => $"Take {sku} from {(tenant.TryGetUser(tenant.FindUser(fix.About!.Value), out User? holder) ? holder.UserPrincipalName : "somebody")}, whose account is disabled{and}.",
        };
    }

    private static string Removed(Tenant tenant, Fix fix) =>
        tenant.Catalog.TryGetSku(((Command.AssignUserLicenses)fix.Commands[0]).Remove[0], out Engine.Catalog.Sku? sku) ? sku.PartNumber : "another license";
}
