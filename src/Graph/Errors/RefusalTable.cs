using System.Globalization;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;

namespace Berth.Graph.Errors;

/// <summary>
/// The one table from the engine's refusals to Graph's errors. The texts of E1 to E12 are those that scripts match on
/// (licensing rules, 1.3); the machine codes are section 12's.
/// </summary>
public static class RefusalTable
{
    /// <summary>L73.</summary>
    public const string GroupHasLicenses =
        "Unable to delete the group because there is a product license assigned to the group. To delete this group, remove any product licenses first.";

    /// <summary>E3.</summary>
    public const string InvalidUsageLocation = "License assignment cannot be done for user with invalid usage location.";

    private const int RetryAfterSeconds = 1;

    /// <summary>The refusal as a client sees it; of several commands it says which (B500).</summary>
    public static GraphError ToError(this Refusal refusal)
    {
        GraphError error = Of(refusal);
        return refusal.Part is { } part
            ? error with { Details = [.. error.Details, new ErrorDetail("changeRefused", string.Create(CultureInfo.InvariantCulture, $"Change {part + 1} would be refused."), string.Create(CultureInfo.InvariantCulture, $"changes[{part}]"))] }
            : error;
    }

    private static GraphError Of(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.TenantNotReady => GraphError.Unavailable(refusal.Detail ?? "The tenant is not ready.", RetryAfterSeconds) with { InnerCode = "tenantNotReady" },
        RefusalCode.ValueInvalid => GraphError.BadRequest("valueInvalid", Invalid(refusal)),
        RefusalCode.DuplicateSku => GraphError.BadRequest("duplicateSku", $"License {refusal.Subject} occurs more than once in one list."),
        RefusalCode.SkuInBothLists => GraphError.BadRequest("skuInBothLists", $"License {refusal.Subject} occurs in addLicenses and in removeLicenses."),
        RefusalCode.UserNotFound or RefusalCode.GroupNotFound or RefusalCode.MemberNotFound or RefusalCode.OwnerNotFound or RefusalCode.ManagerNotFound or RefusalCode.DeletedItemNotFound
            or RefusalCode.SubscriptionNotFound or RefusalCode.PolicyNotFound or RefusalCode.CloudPcNotFound or RefusalCode.ConnectionNotFound
            or RefusalCode.UserSettingNotFound or RefusalCode.DeviceImageNotFound or RefusalCode.SnapshotNotFound or RefusalCode.SessionNotFound
            or RefusalCode.AlertRecordNotFound or RefusalCode.CloudAppNotFound or RefusalCode.AssignmentNotFound or RefusalCode.ServicePlanNotFound
            or RefusalCode.StorageNotFound =>
            GraphError.NotFound($"{refusal.Subject}"),
        RefusalCode.IdTaken => Conflict("idTaken", "id"),
        RefusalCode.UserPrincipalNameTaken => Conflict("userPrincipalNameTaken", "userPrincipalName"),
        RefusalCode.MembershipRuleMismatch => GraphError.BadRequest(
            "membershipRuleMismatch",
            "Invalid value specified for properties 'groupTypes' and 'membershipRule' of resource 'Group'. A group whose groupTypes have DynamicMembership has a "
            + "membershipRule, and no other group has one; membershipRuleProcessingState goes with it. Set the properties together."),
        RefusalCode.MembershipRuleInvalid => GraphError.BadRequest("membershipRuleInvalid", $"Invalid value specified for property 'membershipRule' of resource 'Group'. {refusal.Detail}"),
        RefusalCode.DeviceRuleNotAllowed => GraphError.BadRequest(
            "deviceRuleNotAllowed",
            $"Group {refusal.Subject} cannot have a membershipRule about devices together with licenses or with the type Unified: only users hold licenses, and a "
            + "Microsoft 365 group has users only. Write a rule about users, or use another group."),
        RefusalCode.MemberOfSourceNotFound => GraphError.BadRequest(
            "memberOfSourceNotFound",
            $"Invalid value specified for property 'membershipRule' of resource 'Group'. It names groups that do not exist: {List(refusal.Ids)}."),
        RefusalCode.MemberOfSourceNotAllowed => GraphError.BadRequest(
            "memberOfSourceNotAllowed",
            "Invalid value specified for property 'membershipRule' of resource 'Group'. A group with a memberOf rule cannot be the source of another one: "
            + $"{List(refusal.Ids)}."),
        RefusalCode.TooManyDynamicGroups => GraphError.BadRequest(
            "tooManyDynamicGroups",
            string.Create(CultureInfo.InvariantCulture, $"The tenant has {RuleLimits.MostDynamicGroups} dynamic groups, as many as it may have. Make one of them static or delete it.")),
        RefusalCode.TooManyMemberOfGroups => GraphError.BadRequest(
            "tooManyMemberOfGroups",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The tenant has {RuleLimits.MostMemberOfGroups} groups with a memberOf rule, as many as it may have. Give one of them another rule or delete it.")),
        RefusalCode.GroupIsDynamic => GraphError.Denied with
        {
            Message = $"{GraphError.Denied.Message} The members of group {refusal.Subject} follow from its membershipRule, and nobody is added or removed by hand: "
                + "change the rule or the user's properties.",
            InnerCode = "groupIsDynamic",
        },
        RefusalCode.AlreadyMember => GraphError.BadRequest(
            "alreadyMember", "One or more added object references already exist for the following modified properties: 'members'."),
        RefusalCode.MemberOfItself => GraphError.BadRequest("memberOfItself", $"Group {refusal.Subject} cannot be a member of itself."),
        RefusalCode.AlreadyOwner => GraphError.BadRequest(
            "alreadyOwner", "One or more added object references already exist for the following modified properties: 'owners'."),
        RefusalCode.TooManyOwners => GraphError.BadRequest("tooManyOwners", $"A group has at most {Group.MostOwners} owners: remove some before you add others."),
        RefusalCode.LastOwner => GraphError.BadRequest("lastOwner", "The group must have at least one owner, hence this owner cannot be removed."),
        RefusalCode.ManagerMissing => GraphError.NotFound("manager") with { InnerCode = "managerMissing" },
        RefusalCode.ManagerOfItself => GraphError.BadRequest("managerOfItself", $"User {refusal.Subject} cannot be their own manager: name somebody else."),
        RefusalCode.GroupNotSecurityEnabled => GraphError.BadRequest(
            "groupNotSecurityEnabled", $"License assignment cannot be done for group {refusal.Subject}: only a group with securityEnabled can carry licenses."),
        RefusalCode.GroupHasLicenses => GraphError.BadRequest("groupHasLicenses", GroupHasLicenses),
        RefusalCode.SkuNotInTenant => GraphError.BadRequest("skuNotInTenant", $"License {refusal.Subject} does not correspond to a valid company License."),
        RefusalCode.SkuNotAssignableToTarget => GraphError.BadRequest(
            "skuNotAssignableToTarget",
            $"License {refusal.Subject} cannot be assigned to a user. {refusal.Name} belongs to the whole company: give its Cloud PCs to a group by a provisioning policy, "
            + "POST /deviceManagement/virtualEndpoint/provisioningPolicies/{id}/assign."),
        RefusalCode.UnknownDisabledPlan => GraphError.BadRequest(
            "unknownDisabledPlan", $"Service plan(s) {List(refusal.Ids)} in disabledPlans do not belong to license {refusal.Subject}."),
        RefusalCode.InheritedFromGroup => GraphError.BadRequest(
            "inheritedFromGroup", "User license is inherited from a group membership and it cannot be removed directly from the user."),
        RefusalCode.LicenseNotHeld => GraphError.BadRequest("licenseNotHeld", "User does not have a corresponding license."),
        RefusalCode.UsageLocationMissing => GraphError.BadRequest("usageLocationMissing", InvalidUsageLocation),
        RefusalCode.ProhibitedInUsageLocation => GraphError.BadRequest("prohibitedInUsageLocation", InvalidUsageLocation),
        RefusalCode.PlansMutuallyExclusive => GraphError.BadRequest(
            "plansMutuallyExclusive", $"License assignment failed because service plans {List(refusal.Ids)} are mutually exclusive."),
        RefusalCode.MissingDependency => GraphError.BadRequest("missingDependency", Depends(refusal)),
        RefusalCode.DependedUponByOther => GraphError.BadRequest("dependedUponByOther", Depends(refusal)),
        RefusalCode.SeatsExhausted => GraphError.BadRequest(
            "seatsExhausted", $"Subscription with SKU {refusal.Subject} does not have any available licenses."),
        RefusalCode.BlockedBySibling => GraphError.BadRequest(
            "blockedBySibling", $"License {refusal.Subject} is withheld because another license of the same group cannot be assigned."),
        RefusalCode.HostJobClosed => GraphError.Conflict("hostJobClosed", $"Job {refusal.Subject} is not open any more: it has ended, or another attempt has taken its place. Claim again."),
        RefusalCode.AssignmentGone => GraphError.Conflict(
            "assignmentGone", $"Assignment {refusal.Name} does not exist any more: somebody has changed the policy meanwhile. Read its assignments again and send the list you want."),
        RefusalCode.PolicyInUse => GraphError.BadRequest(
            "policyInUse", $"A provisioning policy that is in use cannot be deleted. It is assigned to {List(refusal.Ids)}: assign it to nobody first, which puts its Cloud PCs into their grace period."),
        RefusalCode.ConnectionInUse => GraphError.BadRequest(
            "connectionInUse", $"An Azure network connection that is in use cannot be deleted. These provisioning policies name it: {List(refusal.Ids)}."),
        RefusalCode.DeviceImageInUse => GraphError.BadRequest(
            "deviceImageInUse", $"A device image that is in use cannot be deleted. These provisioning policies name it: {List(refusal.Ids)}."),
        RefusalCode.TooManyObjects => GraphError.BadRequest("tooManyObjects", $"The tenant has {refusal.Detail} of {refusal.Name}, as many as it may have. Delete one first."),
        RefusalCode.DisplayNameTaken => GraphError.BadRequest("displayNameTaken", $"Another object has the display name '{refusal.Name}' already: choose another one."),
        RefusalCode.OperationNotSupported => GraphError.BadRequest("operationNotSupported", $"{refusal.Name ?? "Cloud PC"} {refusal.Subject}: {refusal.Detail}"),
        RefusalCode.OperationConflict => GraphError.Conflict(
            "operationConflict", refusal.Name is null ? $"Provisioning policy {refusal.Subject}: {refusal.Detail}" : $"Cloud PC {refusal.Subject} is {refusal.Name}: {refusal.Detail}"),
        RefusalCode.TargetLicenseHasAssigned => GraphError.BadRequest(
            "targetLicenseHasAssigned", $"The user of Cloud PC {refusal.Subject} has a license of the target size already, and with it another Cloud PC."),
        RefusalCode.NoLicenseForSize => GraphError.BadRequest(
            "noLicenseForSize", $"No license with service plan {refusal.Subject} is free. Buy one or free one, then resize again (C70)."),
        RefusalCode.CloudAppNotReady => GraphError.Conflict("cloudAppNotReady", $"Cloud app {refusal.Subject} is {refusal.Name}: {refusal.Detail}"),
        RefusalCode.SelfServiceNotAllowed => GraphError.Denied with
        {
            Message = $"The user of Cloud PC {refusal.Subject} cannot do this alone: {refusal.Detail} An administrator can do it, or change the user setting.",
            InnerCode = "selfServiceNotAllowed",
        },
        RefusalCode.NotAssigned => GraphError.Conflict("notAssigned", $"{refusal.Name ?? "Cloud PC"} {refusal.Subject} is not this user's to use: {refusal.Detail}") with { Code = "notAssigned" },
        RefusalCode.NotLicensed => GraphError.Conflict("notLicensed", $"The user has no license for Cloud PC {refusal.Subject}: {refusal.Detail}") with { Code = "notLicensed" },
        RefusalCode.CloudPcNotReady => GraphError.Conflict("cloudPcNotReady", refusal.Name is null
            ? $"Assignment {refusal.Subject} has no Cloud PC at this moment: {refusal.Detail}"
            : $"Cloud PC {refusal.Subject} is {refusal.Name} and cannot be used now.") with { Code = "cloudPcNotReady" },
        RefusalCode.NoLicensesAvailable => GraphError.Conflict(
            "noLicensesAvailable", $"Every license of service plan {refusal.Subject} that can be had is in use: {refusal.Detail}") with { Code = "noLicensesAvailable" },
        RefusalCode.CloudPcInUse => GraphError.Conflict("cloudPcInUse", $"The user of Cloud PC {refusal.Subject} is signed in to it and connected. Disconnect or end that session first (B380).") with { Code = "cloudPcInUse" },
        RefusalCode.StorageInUse => GraphError.Conflict(
            "storageInUse", $"User storage {refusal.Subject} is connected: its user has a session. End that session first, or leave the storage out (B434); nothing was deleted."),
        RefusalCode.VersionMoved => GraphError.Conflict(
            "versionMoved", $"The tenant has changed since: {refusal.Detail}. Draw the plan again, look at it, and apply that one."),
        RefusalCode.RemovesMany => GraphError.Conflict(
            "massRemoval",
            $"This takes SKU {refusal.Subject} from {refusal.Detail}, more than {MassRemoval.Percent} % of them. Nothing was changed. Send allowMassRemoval true if that is what you want."),
        RefusalCode.ClockNotMovable => GraphError.BadRequest(
            "clockNotMovable", "The clock of a production tenant is the system's: only that of a demo or emulator tenant can be frozen and advanced."),
        RefusalCode.ClockNotFrozen => GraphError.BadRequest(
            "clockNotFrozen", "The tenant's clock is the system's: freeze it with \"mode\": \"frozen\" before you set or advance it."),
        RefusalCode.ClockBackwards => GraphError.BadRequest("clockBackwards", $"The tenant's clock stands at {refusal.Detail} and never goes back."),
    };

    private static GraphError Conflict(string innerCode, string property)
    {
        string message = $"Another object with the same value for property {property} already exists.";
        return GraphError.BadRequest(innerCode, message) with { Details = [new ErrorDetail("ObjectConflict", message, property)] };
    }

    private static string Depends(Refusal refusal) =>
        $"License assignment failed because service plan {refusal.Subject} depends on the service plan(s) {List(refusal.Ids)}";

    private static string Invalid(Refusal refusal) => refusal.Name == "usageLocation"
        ? "Invalid value specified for property 'usageLocation' of resource 'User'."
        : $"Invalid value specified for property '{refusal.Name}'. {refusal.Detail}";

    private static string List(ValueArray<Guid> ids) => string.Join(", ", ids);
}
