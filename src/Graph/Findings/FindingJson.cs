using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Insight.Findings;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;
using Berth.Graph.Plans;

namespace Berth.Graph.Findings;

/// <summary>A finding as JSON, in words that say what it is and what mends it (B544).</summary>
internal static class FindingJson
{
    /// <summary>Writes a finding; its <c>changes</c> are what <c>/berth/v1/plan</c> takes.</summary>
    public static void Write(Utf8JsonWriter json, FindingQuestion question, Finding finding)
    {
        Tenant tenant = question.Tenant;
        Found at = finding.At;
        json.WriteStartObject();
        json.WriteString("kind"u8, NameOf(at.Kind));
        json.WriteString("message"u8, Message(question, finding));
        json.WriteString("userId"u8, at.User >= 0 ? tenant.Users[at.User]?.Id.ToString() : null);
        json.WriteString("userPrincipalName"u8, UserOf(tenant, at.User)?.UserPrincipalName);
        json.WriteString("groupId"u8, at.Group >= 0 ? tenant.Groups[at.Group].Id.ToString() : null);
        json.WriteString("innerGroupId"u8, at.Kind == FindingKind.NestedGroup ? tenant.Groups[at.Other].Id.ToString() : null);
        json.WriteString("cloudPcId"u8, at.Kind is FindingKind.UnusedCloudPc or FindingKind.SeatHeldByGrace ? at.Second.ToString() : null);
        Ids(json, "skuIds", finding.Skus.Select(sku => tenant.Catalog.Skus[sku].Id));
        Ids(json, "servicePlanIds", finding.Plans.Where(static plan => plan >= 0).Select(plan => tenant.Catalog.Plans[plan].Id));
        json.WriteNumber("users"u8, finding.Users);
        Ids(json, "userIds", finding.Named.Select(user => tenant.Users[user]!.Id));
        json.WriteString("date"u8, finding.Date is { } date ? Time(date) : null);
        json.WriteNumber("seats"u8, at.Seats);
        json.WriteStartArray("changes"u8);
        foreach (Command command in finding.Remedy.Commands)
        {
            ChangeJson.Write(json, command);
        }

        json.WriteEndArray();
        json.WriteNumber("seatsFreed"u8, finding.Remedy.Freed);
        json.WriteNumber("usersGaining"u8, finding.Remedy.Gaining);
        json.WriteNumber("usersLosing"u8, finding.Remedy.Losing);
        json.WriteNumber("cloudPcsLosingData"u8, finding.Remedy.DestroysData);
        json.WriteString("unmended"u8, Unmended(tenant, finding));
        json.WriteEndObject();
    }

    /// <summary>A kind as the wire spells it.</summary>
    public static string NameOf(FindingKind kind) => kind switch
    {
        FindingKind.RedundantDirectLicense => "redundantDirectLicense",
        FindingKind.DisabledUserLicense => "disabledUserLicense",
        FindingKind.UnusedCloudPc => "unusedCloudPc",
        FindingKind.SeatHeldByGrace => "seatHeldByGrace",
        FindingKind.MissingEntraP1 => "missingEntraP1",
        FindingKind.MissingCompanions => "missingCompanions",
        FindingKind.NestedGroup => "nestedGroup",
        FindingKind.PlanSwitchedOn => "planSwitchedOn",
        FindingKind.SelfServiceSubscription => "selfServiceSubscription",
    };

    private static string Message(FindingQuestion question, Finding finding)
    {
        Tenant tenant = question.Tenant;
        Found at = finding.At;
        string who = UserOf(tenant, at.User)?.UserPrincipalName ?? "Nobody", skus = Skus(tenant, finding), plans = Plans(tenant, finding);
        return at.Kind switch
        {
            FindingKind.RedundantDirectLicense => $"{who} has {skus} directly, and groups give every service plan of it that is on: the direct license adds nothing, and would stay when the user leaves the group.",
            FindingKind.DisabledUserLicense => $"The account of {who} is disabled, and it holds {Count(at.Seats, "seat")}: {skus}.",
            FindingKind.UnusedCloudPc => string.Create(
                CultureInfo.InvariantCulture,
                $"{(at.User >= 0 ? $"The Cloud PC of {who}" : "A shared Cloud PC")} ({plans}) was last used on {finding.Date!.Value.UtcDateTime:yyyy-MM-dd}, {(int)(question.Now - finding.Date.Value).TotalDays} days ago."),
            FindingKind.SeatHeldByGrace =>
                $"The Cloud PC of {who} ({plans}) is in grace until {Time(finding.Date!.Value)} and keeps its place; {Count(Waiting(tenant, finding.Plans[0]), "Cloud PC")} of that size {Verb(Waiting(tenant, finding.Plans[0]), "waits", "wait")} for one. Ending it destroys its data.",
            FindingKind.MissingEntraP1 =>
                $"{Count(at.Other, "unit")} with Entra ID P1 {Verb(at.Other, "is", "are")} missing for those who have licenses or memberships by groups; {Count(finding.Users, "of these users", "of these users")} {Verb(finding.Users, "has", "have")} no P1 switched on.",
            FindingKind.MissingCompanions => $"{who} has a Cloud PC and lacks what has to come with it: {plans}.",
            FindingKind.NestedGroup =>
                $"{GroupName(tenant, at.Group)} gives {skus} to its own members only: {Count(finding.Users, "user")} of the group {GroupName(tenant, at.Other)} inside it {Verb(finding.Users, "gets", "get")} nothing.",
            FindingKind.PlanSwitchedOn =>
                $"{skus} gained {plans}, which {Verb(finding.Plans.Count, "is", "are")} on in the license of {(at.Group >= 0 ? $"the group {GroupName(tenant, at.Group)}" : who)} although that leaves other plans off.",
            FindingKind.SelfServiceSubscription when IsOwned(tenant, at.Other) =>
                $"A person owns a subscription of {skus}{(finding.Named.Count == 0 ? "" : $" ({string.Join(", ", finding.Named.Select(user => UserOf(tenant, user)!.UserPrincipalName))})")}, as of those that people buy for themselves; an account's administrator is told as its owner too (B512). {Count(finding.Users, "user")} {Verb(finding.Users, "holds", "hold")} it.",
            FindingKind.SelfServiceSubscription => $"By its name {skus} is bought by people for themselves; {Count(finding.Users, "user")} {Verb(finding.Users, "holds", "hold")} it.",
        };
    }

    private static string? Unmended(Tenant tenant, Finding finding)
    {
        Remedy remedy = finding.Remedy;
        string rest = remedy.Commands.Count > 0 ? "What is left: " : "";
        string group = remedy.ObstacleGroup >= 0 ? GroupName(tenant, remedy.ObstacleGroup) : "a group";
        return remedy.Obstacle switch
        {
            FindingObstacle.None => null,
            FindingObstacle.DynamicGroup => $"{rest}a rule decides who belongs to {group}: change the rule, for example with and (user.accountEnabled -eq true), or what it reads.",
            FindingObstacle.GroupGivesMore => $"The license comes from {group}, which gives other licenses as well: take the Cloud PC out of that group's licenses, or move the user to another group.",
            FindingObstacle.SharedCloudPc => "It belongs to nobody: lower the number of licenses of its assignment if there are more than are needed at once.",
            FindingObstacle.ReserveCloudPc => "A license of Reserve is given by its policy: deprovision the Cloud PC, or take the user out of the policy's group.",
            FindingObstacle.NoSeat => finding.At.Kind == FindingKind.MissingEntraP1
                ? "The catalog has no SKU with Entra ID P1."
                : "No SKU of the tenant with a free seat has all that is missing: buy units of one that does, such as Microsoft 365 E3 or Business Premium (C15).",
            FindingObstacle.SomebodyElsesPurchase when IsOwned(tenant, finding.At.Other) =>
                "If they bought it for themselves, it cannot be given or taken by an administrator until the purchase is taken over from them (L25).",
            FindingObstacle.SomebodyElsesPurchase => "It cannot be given or taken by an administrator until the purchase is taken over from who made it (L25).",
            FindingObstacle.Refused => $"What would mend it is refused: {remedy.Refusal!.ToError().Message}",
            FindingObstacle.WithoutEffect => finding.At.Kind == FindingKind.NestedGroup
                ? "Nobody would get a license by it: the seats are missing, or something else stands in the way that berth explain tells."
                : "No change would mend it as things stand: berth explain tells what holds it.",
        };
    }

    private static bool IsOwned(Tenant tenant, int sku) =>
        tenant.Subscriptions.Any(one => one.Sku == sku && one.Status != SubscriptionStatus.Deleted && one.Owner is { IsPerson: true });

    private static string Skus(Tenant tenant, Finding finding) => string.Join(", ", finding.Skus.Select(sku => tenant.Catalog.Skus[sku].PartNumber));

    private static string Plans(Tenant tenant, Finding finding) =>
        string.Join(", ", finding.Plans.Where(static plan => plan >= 0).Select(plan => tenant.Catalog.CloudPcPlanOf(plan)?.DisplayName ?? tenant.Catalog.Plans[plan].FriendlyName));

    private static int Waiting(Tenant tenant, int plan) => tenant.Fleet.Pending.Count(one => one.Plan == plan);

    private static User? UserOf(Tenant tenant, int user) => tenant.TryGetUser(user, out User? found) ? found : null;

    private static string GroupName(Tenant tenant, int group) => tenant.Groups[group].Profile.DisplayName;

    private static string Count(long number, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many ?? one + "s")}");

    private static string Verb(long number, string one, string many) => number == 1 ? one : many;

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Ids(Utf8JsonWriter json, string name, IEnumerable<Guid> ids)
    {
        json.WriteStartArray(name);
        foreach (Guid id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }
}
