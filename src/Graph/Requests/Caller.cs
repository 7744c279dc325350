using System.Collections.Frozen;
using System.Numerics;
using Berth.Engine;

namespace Berth.Graph.Requests;

/// <summary>Who sends a request, as its token says.</summary>
/// <param name="TenantId">The tenant the token is for.</param>
/// <param name="AppId">The application.</param>
/// <param name="DisplayName">The application's name.</param>
/// <param name="User">The signed-in person; null for an application with its own permissions.</param>
/// <param name="Permissions">What the token grants.</param>
public sealed record Caller(Guid TenantId, Guid AppId, string DisplayName, SignedInUser? User, PermissionSet Permissions)
{
    /// <summary>Whether the token is an application's own.</summary>
    public bool IsApplication => User is null;

    /// <summary>The caller as the journal names it.</summary>
    public Actor Actor => User is null
        ? new Actor(ActorKind.Application, AppId, DisplayName)
        : new Actor(ActorKind.User, User.Id, User.UserPrincipalName);
}

/// <summary>The person a delegated token is for.</summary>
/// <param name="Id">The object id.</param>
/// <param name="UserPrincipalName">The sign-in name.</param>
public sealed record SignedInUser(Guid Id, string UserPrincipalName);

/// <summary>A set of permissions by Graph's names.</summary>
/// <param name="Bits">One bit a name.</param>
public readonly record struct PermissionSet(ulong Bits)
{
    /// <summary>Every name Berth knows, in no order of meaning: an application permission and a delegated scope share a name.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "Application.ReadWrite.All",
        "AuditLog.Read.All",
        "CloudLicensing.Read", "CloudLicensing.Read.All",
        "CloudPC.Read.All", "CloudPC.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All",
        "Group-CloudLicensing.Read", "Group-CloudLicensing.Read.All", "Group-UsageRight.Read.All",
        "Group.Create", "Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All", "GroupMember.ReadWrite.All",
        "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All",
        "Organization.Read.All", "Organization.ReadWrite.All",
        "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory",
        "User-CloudLicensing.Read", "User-CloudLicensing.Read.All", "User-UsageRight.Read", "User-UsageRight.Read.All",
        "User.DeleteRestore.All", "User.Read", "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All",
    ];

    /// <summary>The names that exist in a person's name only (B204, B587).</summary>
    public static readonly IReadOnlyList<string> OfPersons =
        ["CloudLicensing.Read", "Group-CloudLicensing.Read", SignedInPerson, "User-CloudLicensing.Read", "User-UsageRight.Read"];

    /// <summary>The names that exist for applications only.</summary>
    public static readonly IReadOnlyList<string> OfApplicationsOnly = ["Group.Create"];

    /// <summary>The names an application can hold for itself: all but those that speak of a signed-in person.</summary>
    public static readonly IReadOnlyList<string> OfApplications = [.. Names.Except(OfPersons)];

    /// <summary>Reading the signed-in person's own profile, which needs nobody's consent but theirs.</summary>
    public const string SignedInPerson = "User.Read";

    private static readonly FrozenDictionary<string, int> BitOf =
        Names.Select(static (name, bit) => KeyValuePair.Create(name, bit)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>No permission.</summary>
    public static PermissionSet None => default;

    /// <summary>Every permission there is.</summary>
    public static PermissionSet Every { get; } = new((1UL << Names.Count) - 1);

    /// <summary>The set of names of ours; an unknown one is a mistake in the program.</summary>
    public static PermissionSet Of(params ReadOnlySpan<string> names)
    {
        ulong bits = 0;
        foreach (string name in names)
        {
            bits |= 1UL << BitOf[name];
        }

        return new PermissionSet(bits);
    }

    /// <summary>The set with every name that exists in a person's name only and says less than one that is in it, <c>X.Read</c> beside <c>X.Read.All</c> (B587).</summary>
    public PermissionSet WithLesser()
    {
        ulong bits = Bits;
        foreach (string name in OfPersons)
        {
            bits |= BitOf.TryGetValue($"{name}.All", out int greater) && (Bits & (1UL << greater)) != 0 ? 1UL << BitOf[name] : 0;
        }

        return new PermissionSet(bits);
    }

    /// <summary>The set of names from outside, a token say; names that mean nothing here grant nothing.</summary>
    public static PermissionSet Known(IEnumerable<string> names)
    {
        ulong bits = 0;
        foreach (string name in names)
        {
            bits |= BitOf.TryGetValue(name, out int bit) ? 1UL << bit : 0;
        }

        return new PermissionSet(bits);
    }

    /// <summary>Whether all of another set is in this one.</summary>
    public bool Covers(PermissionSet other) => (Bits & other.Bits) == other.Bits;

    /// <summary>The names in the set.</summary>
    public IEnumerable<string> ToNames()
    {
        for (ulong rest = Bits; rest != 0; rest &= rest - 1)
        {
            yield return Names[BitOperations.TrailingZeroCount(rest)];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', ToNames());
}
