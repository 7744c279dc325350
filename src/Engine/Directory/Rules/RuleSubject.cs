namespace Berth.Engine.Directory.Rules;

/// <summary>A plan of a user, as <c>user.assignedPlans</c> has it: exactly the rows that <c>assignedPlans</c> shows on the wire.</summary>
/// <param name="ServicePlanId">The plan.</param>
/// <param name="Service">The name of its service.</param>
/// <param name="CapabilityStatus"><c>Enabled</c>, <c>Warning</c>, <c>Suspended</c>, <c>LockedOut</c> or <c>Deleted</c>.</param>
public readonly record struct RulePlan(Guid ServicePlanId, string Service, string CapabilityStatus);

/// <summary>How rules learn what a user's own properties do not say; users are named by index.</summary>
/// <param name="PlansOf">The plans of a user.</param>
/// <param name="ManagerOf">The id of a user's manager, or null.</param>
/// <param name="IsMember">Whether a user is a first-level member of the group with an id.</param>
public sealed record RuleFacts(Func<int, IEnumerable<RulePlan>> PlansOf, Func<int, Guid?> ManagerOf, Func<int, Guid, bool> IsMember);

/// <summary>Whom a rule is asked about, and when.</summary>
/// <param name="User">The user.</param>
/// <param name="Index">The user's index.</param>
/// <param name="Now">The tenant's time: <c>system.now</c>.</param>
/// <param name="Facts">Everything else about users.</param>
public readonly record struct RuleSubject(User User, int Index, DateTimeOffset Now, RuleFacts Facts);
