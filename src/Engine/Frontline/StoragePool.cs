using System.Collections.Immutable;
using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>What is kept of a user between sessions on the Cloud PCs of an assignment of shared mode (C123, B431).</summary>
/// <param name="Id">Its id.</param>
/// <param name="AttachedAt">When a session of the user last began.</param>
public sealed record UserStorage(Guid Id, DateTimeOffset AttachedAt);

/// <summary>What holds for all storages of a pool.</summary>
/// <param name="SizeGB">What each takes, in GB; fixed when the assignment is made (B430).</param>
/// <param name="ExceededSince">Since when they take more than there is (B432); null while they do not.</param>
public sealed record StorageTerms(int SizeGB, DateTimeOffset? ExceededSince)
{
    /// <summary>How long a pool stays exceeded before storages are deleted (C124).</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromDays(7);

    /// <summary>When storages are deleted; null for never.</summary>
    public DateTimeOffset? DueAt => ExceededSince + Tolerance;
}

/// <summary>The user storages of an assignment. An immutable value.</summary>
/// <param name="terms">What holds for all of them.</param>
/// <param name="storages">The storages by the index of their user.</param>
public sealed class StoragePool(StorageTerms terms, ImmutableSortedDictionary<int, UserStorage> storages)
{
    /// <summary>What holds for all of them.</summary>
    public StorageTerms Terms { get; } = terms;

    /// <summary>The storages by the index of their user; also of users who are in deleted items.</summary>
    public ImmutableSortedDictionary<int, UserStorage> Storages { get; } = storages;

    /// <summary>What they take, in GB.</summary>
    public long UsedGB => (long)Terms.SizeGB * Storages.Count;

    /// <summary>The id of the pool of an assignment, which is not the assignment's (B434).</summary>
    public static Guid IdOf(Guid assignment) => IdsByName.Of(assignment, "storage");

    /// <summary>What the pool of an assignment has, in GB (B430); 0 when there is no such assignment.</summary>
    public static long CapacityOf(Tenant tenant, Guid assignment) => tenant.Fleet.FindAssignment(assignment) is { Assignment.Plan: { } plan }
        ? (long)tenant.Catalog.CloudPcPlanOf(plan)!.Size.Disk * tenant.Fleet.UseOf(assignment).Provisioned
        : 0;

    /// <summary>Whether a user has a session on a Cloud PC of an assignment, also a disconnected one (B431).</summary>
    public static bool IsConnected(Tenant tenant, Guid assignment, int user)
    {
        foreach (Guid id in tenant.Fleet.SessionsOf(user).Span)
        {
            if (tenant.Fleet.CloudPcs[tenant.Fleet.Sessions[id].CloudPc] is { IsShared: true } row && row.Assignment == assignment)
            {
                return true;
            }
        }

        return false;
    }
}
