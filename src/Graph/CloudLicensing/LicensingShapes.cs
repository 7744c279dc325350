using System.Text.Json;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Microsoft.OData.Edm;

namespace Berth.Graph.CloudLicensing;

/// <summary>The types of <c>microsoft.graph.cloudLicensing</c> as they are written (L172, L174, L175).</summary>
internal static class LicensingShapes
{
    private const string Space = "#microsoft.graph.cloudLicensing.";
    private static readonly Operand<Guid> GuidItself = new Operand<Guid>.Identifier(static id => id);

    /// <summary><c>service</c>: a plan and who it can be given to.</summary>
    public static Shape<ServicePlan> Service { get; } = new(
        "cloudLicensing.service",
        new TextProperty<ServicePlan>("assignableTo", static plan => AssignableTo(plan.AppliesTo)),
        new IdProperty<ServicePlan>("planId", static plan => plan.Id),
        new TextProperty<ServicePlan>("planName", static plan => plan.Name));

    /// <summary><c>subscription</c>: a purchase behind an allotment.</summary>
    public static Shape<Subscription> Purchase { get; } = new(
        "cloudLicensing.subscription",
        new DateProperty<Subscription>("nextLifecycleDate", static _ => null),
        new DateProperty<Subscription>("startDate", static subscription => DateOnly.FromDateTime(subscription.CreatedAt.UtcDateTime)),
        new TextProperty<Subscription>("state", static subscription => State(subscription.Status)),
        new TextProperty<Subscription>("subscriptionId", static subscription => subscription.Id.ToString()),
        new TextProperty<Subscription>("tags", static subscription => subscription.IsTrial ? "trial" : "none"));

    /// <summary>Who something is assigned to: no more of a user or group than the permissions of this model tell (B587).</summary>
    public static Shape<MemberRow> Assignee { get; } = Shape<MemberRow>.Entity(
        "directoryObject",
        [
            new ObjectIdProperty<MemberRow>("id", static row => row.User?.User.Id ?? row.Group!.Value.Group.Id) { IsDefault = true },
            new TextProperty<MemberRow>("displayName", static row => row.User is { } user ? user.User.DisplayName : row.Group!.Value.Group.Profile.DisplayName) { IsDefault = true },
            new NameOfUserProperty() { IsDefault = true },
        ]);

    /// <summary><c>usageRight</c>.</summary>
    public static Shape<UsageRightRow> UsageRight { get; } = Shape<UsageRightRow>.Entity(
        "cloudLicensing.usageRight",
        [
            new TextProperty<UsageRightRow>("id", static row => row.Id) { IsDefault = true },
            new PartsProperty<UsageRightRow, ServicePlan>("services", Service, static row => row.Services()) { IsDefault = true },
            new IdProperty<UsageRightRow>("skuId", static row => row.Sku.Id) { IsDefault = true },
            new TextProperty<UsageRightRow>("skuPartNumber", static row => row.Sku.PartNumber) { IsDefault = true },
        ]);

    /// <summary><c>allotment</c> with what it leads to.</summary>
    public static Shape<AllotmentRow> Allotment { get; } = Shape<AllotmentRow>.Entity(
        "cloudLicensing.allotment",
        AllotmentProperties(),
        new ManyNavigation<AllotmentRow, AssignmentRow>(
            "assignments",
            Shape<AssignmentRow>.Entity("cloudLicensing.assignment", AssignmentProperties()),
            static row => Assignments.After(row.Tenant, row.Sku.Index, null)!,
            static _ => Space + "assignment"),
        new ManyNavigation<AllotmentRow, WaitingMemberRow>(
            "waitingMembers",
            Shape<WaitingMemberRow>.Entity("cloudLicensing.waitingMember", WaitingProperties()),
            static row => WaitingMembers.After(row.Tenant, row.Sku.Index, null)!,
            static _ => Space + "waitingMember"));

    /// <summary><c>assignment</c> with what it leads to.</summary>
    public static Shape<AssignmentRow> Assignment { get; } = Shape<AssignmentRow>.Entity(
        "cloudLicensing.assignment",
        AssignmentProperties(),
        ToAllotment<AssignmentRow>(static row => row.Allotment),
        ToAssignee<AssignmentRow>(static row => row.AssignedTo));

    /// <summary><c>waitingMember</c> with what it leads to.</summary>
    public static Shape<WaitingMemberRow> WaitingMember { get; } = Shape<WaitingMemberRow>.Entity(
        "cloudLicensing.waitingMember",
        WaitingProperties(),
        ToAllotment<WaitingMemberRow>(static row => row.Allotment),
        ToAssignee<WaitingMemberRow>(static row => MemberRow.OfUser(row.Tenant, row.Pair.User)));

    /// <summary><c>assignmentError</c> with what it leads to.</summary>
    public static Shape<AssignmentErrorRow> AssignmentError { get; } = Shape<AssignmentErrorRow>.Entity(
        "cloudLicensing.assignmentError",
        [
            new TextProperty<AssignmentErrorRow>("code", AssignmentErrors.Code) { IsDefault = true },
            new TextProperty<AssignmentErrorRow>("id", static row => row.Id) { IsDefault = true },
            new TextProperty<AssignmentErrorRow>("message", AssignmentErrors.Message) { IsDefault = true },
            new TimeProperty<AssignmentErrorRow>("occurrenceDateTime", static row => row.State.UpdatedAt) { IsDefault = true },
            new IdProperty<AssignmentErrorRow>("skuId", static row => row.SkuId) { IsDefault = true },
        ],
        ToAssignee<AssignmentErrorRow>(static row => MemberRow.OfUser(row.Tenant, row.Pair.User)),
        new OneNavigation<AssignmentErrorRow, UsageRightRow>("usageRight", UsageRight, static row => row.UsageRight(), static _ => Space + "usageRight"));

    private static List<Property<AllotmentRow>> AllotmentProperties() =>
    [
        new NumberProperty<AllotmentRow>("allottedUnits", static row => row.Tenant.PrepaidUnitsOf(row.Sku.Index).Assignable) { IsDefault = true },
        new TextProperty<AllotmentRow>("assignableTo", static row => AssignableTo(row.Sku.AppliesTo)) { IsDefault = true },
        new NumberProperty<AllotmentRow>("consumedUnits", static row => row.Tenant.HoldersOf(row.Sku.Index).Count) { IsDefault = true },
        new TextProperty<AllotmentRow>("externalServiceIdentifier", static _ => null) { IsDefault = true },
        new TextProperty<AllotmentRow>("id", static row => row.Id) { IsDefault = true },
        new PartsProperty<AllotmentRow, ServicePlan>("services", Service, static row => row.Sku.Plans.Select(plan => row.Tenant.Catalog.Plans[plan])) { IsDefault = true },
        new IdProperty<AllotmentRow>("skuId", static row => row.Sku.Id) { IsDefault = true },
        new TextProperty<AllotmentRow>("skuPartNumber", static row => row.Sku.PartNumber) { IsDefault = true },
        new PartsProperty<AllotmentRow, Subscription>("subscriptions", Purchase, static row => row.Subscriptions()) { IsDefault = true },
    ];

    private static List<Property<AssignmentRow>> AssignmentProperties() =>
    [
        new ValuesProperty<AssignmentRow, Guid>(
            "disabledServicePlanIds", static row => row.License.Disabled.Select(plan => row.Tenant.Catalog.Plans[plan].Id), GuidItself) { IsDefault = true },
        new TextProperty<AssignmentRow>("id", static row => row.Id) { IsDefault = true },
    ];

    private static List<Property<WaitingMemberRow>> WaitingProperties() =>
    [
        new TextProperty<WaitingMemberRow>("id", static row => row.Id) { IsDefault = true },
        new TimeProperty<WaitingMemberRow>("waitingSinceDateTime", static row => row.Pair.Since.At) { IsDefault = true },
    ];

    private static OneNavigation<TRow, AllotmentRow> ToAllotment<TRow>(Func<TRow, AllotmentRow> get) =>
        new("allotment", Shape<AllotmentRow>.Entity("cloudLicensing.allotment", AllotmentProperties()), row => get(row), static _ => Space + "allotment");

    private static OneNavigation<TRow, MemberRow> ToAssignee<TRow>(Func<TRow, MemberRow> get) =>
        new("assignedTo", Assignee, row => get(row), DirectoryShapes.TypeOf);

    private static string AssignableTo(LicenseTarget target) => target switch
    {
        LicenseTarget.User => "user,group",
        LicenseTarget.Company => "none",
    };

    private static string State(SubscriptionStatus status) => status switch
    {
        SubscriptionStatus.Enabled => "active",
        SubscriptionStatus.Warning => "warning",
        SubscriptionStatus.Suspended => "suspended",
        SubscriptionStatus.LockedOut => "lockedOut",
        SubscriptionStatus.Deleted => "deleted",
    };

    /// <summary>The sign-in name: a group has none, and then none is written.</summary>
    private sealed class NameOfUserProperty() : Property<MemberRow>("userPrincipalName")
    {
        public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetString(isNullable: true);

        public override Operand<MemberRow> Operand => new Operand<MemberRow>.Text(static row => row.User?.User.UserPrincipalName)
        {
            Satisfies = static (row, condition) => row.User?.User.UserPrincipalNameUtf8().Satisfies(condition),
        };

        public override void Write(Utf8JsonWriter json, MemberRow row)
        {
            if (row.User is { } user)
            {
                json.WriteString(Encoded, user.User.UserPrincipalNameUtf8().Bytes);
            }
        }
    }
}
