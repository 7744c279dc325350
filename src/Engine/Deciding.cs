namespace Berth.Engine;

/// <summary>The one entrance of the engine: pure functions from a tenant to the next.</summary>
public static class Deciding
{
    /// <summary>Decides a command: refused with a reason, or accepted with the next tenant and the event that leads there.</summary>
    public static Decision Decide(Tenant tenant, Command command, DecisionContext context) => throw new NotImplementedException();

    /// <summary>Replays an event: the tenant as the decision left it. Nothing is decided again.</summary>
    public static Tenant Apply(Tenant tenant, TenantEvent happened) => throw new NotImplementedException();

    /// <summary>
    /// The changes that lead from <see cref="Tenant.Unborn"/> to this tenant, in portions of bounded size: a snapshot.
    /// Apply them with <see cref="Restore"/>.
    /// </summary>
    public static IEnumerable<Change> Describe(Tenant tenant) => throw new NotImplementedException();

    /// <summary>The tenant that <see cref="Describe"/> described, at its version.</summary>
    public static Tenant Restore(long version, IEnumerable<Change> changes) => throw new NotImplementedException();
}
