using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Insight;
using Berth.Engine.Insight.Migrations;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;
using Berth.Graph.Plans;
using Berth.Graph.Requests;

namespace Berth.Graph.Migrations;

/// <summary>A recipe as JSON: its steps with what each does, who stays and why, and the seats that it takes (B595 to B599).</summary>
internal static class MigrationJson
{
    /// <summary>The most users of each list; the counts are of all.</summary>
    public const int MostNamed = 1_000;

    /// <summary>Writes a recipe.</summary>
    public static void Write(Utf8JsonWriter json, Tenant tenant, MigrationRequest wanted, Migration migration, GraphRequest request)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, NameOf(wanted.Kind));
        json.WriteNumber("version"u8, tenant.Version);
        json.WriteBoolean("safe"u8, migration.IsSafe);
        json.WriteNumber("moving"u8, migration.Moving.Count);
        json.WriteNumber("staying"u8, migration.Staying.Count);
        json.WriteNumber("remaining"u8, migration.Remaining);
        json.WriteStartArray("steps"u8);
        for (int at = 0; at < migration.Steps.Count; at++)
        {
            Step(json, tenant, wanted, migration, at, request);
        }

        json.WriteEndArray();
        json.WriteStartArray("seats"u8);
        foreach (SeatNeed need in migration.Seats)
        {
            json.WriteStartObject();
            json.WriteString("skuId"u8, tenant.Catalog.Skus[need.Sku].Id);
            json.WriteNumber("needed"u8, need.Needed);
            json.WriteNumber("free"u8, need.Free);
            json.WriteNumber("short"u8, Math.Max(0, need.Needed - Math.Max(0, need.Free)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("usersStaying"u8);
        foreach (Staying one in migration.Staying.Take(MostNamed))
        {
            json.WriteStartObject();
            User(json, tenant, one.User);
            json.WriteString("reason"u8, NameOf(one.Reason));
            json.WriteString("message"u8, Message(tenant, wanted, one));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("hurt"u8);
        foreach (PlanLoss loss in migration.Hurt.Take(MostNamed))
        {
            Loss(json, tenant, loss);
        }

        json.WriteEndArray();
        json.WriteNumber("cloudPcsHurt"u8, migration.HurtCloudPcs.Count);
        json.WriteEndObject();
    }

    /// <summary>A kind as the wire spells it.</summary>
    public static string NameOf(MigrationKind kind) => kind switch
    {
        MigrationKind.DirectToGroup => "directToGroup",
        MigrationKind.GroupToGroup => "groupToGroup",
        MigrationKind.SwitchSku => "switchSku",
    };

    private static void Step(Utf8JsonWriter json, Tenant tenant, MigrationRequest wanted, Migration migration, int at, GraphRequest request)
    {
        MigrationStep step = migration.Steps[at];
        json.WriteStartObject();
        json.WriteNumber("step"u8, at + 1);
        json.WriteString("name"u8, step.Kind switch
        {
            MigrationStepKind.LicenseGroup => "licenseGroup",
            MigrationStepKind.Join => "join",
            MigrationStepKind.TakeDirect => "takeDirect",
            MigrationStepKind.Leave => "leave",
            MigrationStepKind.Switch => "switch",
        });
        json.WriteString("description"u8, Description(tenant, wanted, step));
        json.WriteStartArray("changes"u8);
        foreach (Command command in step.Commands)
        {
            ChangeJson.Write(json, command);
        }

        json.WriteEndArray();
        PlanJson.Digest(json, step.Plan, tenant, request);
        json.WriteNumber("plansReplaced"u8, step.Losses.Count(static loss => loss.Replacement >= 0));
        json.WriteStartArray("plansLost"u8);
        foreach (PlanLoss loss in step.Losses.Where(static loss => loss.Replacement < 0).Take(MostNamed))
        {
            Loss(json, tenant, loss);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Description(Tenant tenant, MigrationRequest wanted, MigrationStep step)
    {
        string to = GroupName(tenant, wanted.To), from = GroupName(tenant, wanted.From), skus = string.Join(", ", wanted.Skus.Select(id => Sku(tenant, id)));
        return step.Kind switch
        {
            MigrationStepKind.LicenseGroup =>
                $"The group {to} gets {string.Join(", ", ((Command.AssignGroupLicenses)step.Commands[0]).Add.Select(one => Sku(tenant, one.SkuId)))}.",
            MigrationStepKind.Join => $"{Count(((Command.AddMembers)step.Commands[0]).Members.Count, "user")} join {to}; nothing is taken from anybody.",
            MigrationStepKind.TakeDirect => $"The direct copies of {skus} go from {Count(step.Commands.Count, "user")}: the group gives all that is on.",
            MigrationStepKind.Leave => $"{Count(((Command.RemoveMembers)step.Commands[0]).Members.Count, "user")} leave {from}; what stood against the licenses of {to} comes into force in the same pass.",
            MigrationStepKind.Switch => $"{to} gives {Sku(tenant, wanted.Skus[1])} in place of {Sku(tenant, wanted.Skus[0])}: one switch for each member.",
        };
    }

    private static string NameOf(StayReason reason) => reason switch
    {
        StayReason.NothingToMove => "nothingToMove",
        StayReason.NotChosenByRule => "notChosenByRule",
        StayReason.HeldByRule => "heldByRule",
        StayReason.InError => "inError",
        StayReason.LosesPlan => "losesPlan",
        StayReason.LosesCloudPc => "losesCloudPc",
        StayReason.Refused => "refused",
    };

    private static string Message(Tenant tenant, MigrationRequest wanted, Staying one) => one.Reason switch
    {
        StayReason.NothingToMove when wanted.Kind == MigrationKind.DirectToGroup => "The user has none of these licenses directly.",
        StayReason.NothingToMove => $"The user is no member of {GroupName(tenant, wanted.From)}.",
        StayReason.NotChosenByRule => $"A rule decides who belongs to {GroupName(tenant, wanted.To)}, and it does not choose this user: change the rule, or choose a group without one.",
        StayReason.HeldByRule => $"A rule makes the user a member of {GroupName(tenant, wanted.From)}: change the rule.",
        StayReason.InError => one.Error switch
        {
            LicenseError.CountViolation => $"There is no free seat of {Sku(tenant, one)} for the user: buy one more (G1).",
            LicenseError.MutuallyExclusiveViolation => $"Something else that the user has excludes {Sku(tenant, one)}, such as a direct copy or another group: take that away first (G2, L80).",
            LicenseError.DependencyViolation => $"{Sku(tenant, one)} needs a plan that the user would not have, or something of the user needs what would go (G3).",
            LicenseError.ProhibitedInUsageLocationViolation => $"{Sku(tenant, one)} has a plan that is not offered in the user's country (G4).",
            LicenseError.UniquenessViolation or LicenseError.Other or LicenseError.None => $"{Sku(tenant, one)} would not come into force (G6): berth explain tells why.",
        },
        StayReason.LosesPlan => $"The user would lose the service plan {tenant.Catalog.Plans[one.Plan].Name}, which nothing at the new place gives (L78).",
        StayReason.LosesCloudPc => "A Cloud PC of the user would enter its grace period or go: its policy covers the group that is left.",
        StayReason.Refused => $"Graph refuses it: {one.Refusal!.ToError().Message}",
    };

    private static void Loss(Utf8JsonWriter json, Tenant tenant, PlanLoss loss)
    {
        json.WriteStartObject();
        User(json, tenant, loss.User);
        json.WriteString("servicePlanId"u8, tenant.Catalog.Plans[loss.Plan].Id);
        json.WriteString("servicePlanName"u8, tenant.Catalog.Plans[loss.Plan].Name);
        json.WriteEndObject();
    }

    private static void User(Utf8JsonWriter json, Tenant tenant, int user)
    {
        json.WriteString("userId"u8, tenant.Users[user]!.Id);
        json.WriteString("userPrincipalName"u8, tenant.Users[user]!.UserPrincipalName);
    }

    private static string Sku(Tenant tenant, Staying one) => tenant.Catalog.Skus[one.Sku].PartNumber;

    private static string Sku(Tenant tenant, Guid id) => tenant.Catalog.TryGetSku(id, out Engine.Catalog.Sku? sku) ? sku.PartNumber : $"{id}";

    private static string GroupName(Tenant tenant, Guid id) => tenant.FindGroup(id) is >= 0 and int group ? tenant.Groups[group].Profile.DisplayName : "the group";

    private static string Count(int number, string one) => string.Create(CultureInfo.InvariantCulture, $"{number} {one}{(number == 1 ? "" : "s")}");
}
