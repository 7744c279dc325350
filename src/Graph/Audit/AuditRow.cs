using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Queries;

namespace Berth.Graph.Audit;

/// <summary>A property that changed: <c>targetResources[].modifiedProperties[]</c>. Values are JSON as text, as in Graph.</summary>
/// <param name="Name">Its name, in the audit log's own spelling: <c>UsageLocation</c>.</param>
/// <param name="Old">Before; null when it is not known.</param>
/// <param name="New">After.</param>
internal readonly record struct AuditChange(string Name, string? Old, string? New);

/// <summary>What an activity was about.</summary>
/// <param name="Id">The object id.</param>
/// <param name="Type"><c>User</c> or <c>Group</c>.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="UserPrincipalName">Of a user.</param>
/// <param name="GroupType">Of a group: <c>azureAD</c> or <c>unifiedGroups</c>.</param>
/// <param name="Changes">What changed on it.</param>
internal readonly record struct AuditTarget(
    Guid Id, string Type, string? DisplayName, string? UserPrincipalName, string? GroupType, ValueArray<AuditChange> Changes);

/// <summary>One activity of the audit log (L86 to L88): a projection of the journal, made when it is read.</summary>
internal readonly record struct AuditRow : IRow
{
    private readonly Lazy<string?>? _reason;

    private AuditRow(Lazy<string?>? reason) => _reason = reason;

    /// <summary>The journal entry it is made of.</summary>
    public required TenantEvent Happened { get; init; }

    /// <summary>Its place among the activities of the entry, in order of time.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The tenant's id.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>What was done.</summary>
    public required Activity Activity { get; init; }

    /// <summary>Who did it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What it was about.</summary>
    public required ValueArray<AuditTarget> Targets { get; init; }

    /// <summary>Whether a target could not be named: its user is deleted, and the journal has to be asked.</summary>
    public bool IsNameless { get; init; }

    /// <summary>Whether it failed.</summary>
    public bool Failed => _reason is not null;

    /// <summary>Why it failed, in the words of E3, E4, E5 and L64; null when it did not.</summary>
    public string? Reason => _reason?.Value;

    /// <summary>The same whenever it is read.</summary>
    public string Id => $"Directory_{CorrelationId}_{Happened.Sequence}_{Ordinal}";

    /// <summary>One for all activities of a journal entry.</summary>
    public Guid CorrelationId
    {
        get
        {
            // The tenant's id with the number mixed into its last six bytes: version and variant stay those of a GUID.
            Span<byte> bytes = stackalloc byte[16];
            TenantId.TryWriteBytes(bytes, bigEndian: true, out _);
            for (int i = 0; i < 6; i++)
            {
                bytes[15 - i] ^= (byte)(Happened.Sequence >> (8 * i) & 0xFF);
            }

            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <inheritdoc/>
    public int Position => 0;

    /// <summary>A row of something that succeeded; with a reason, of something that failed.</summary>
    public static AuditRow Of(
        TenantEvent happened, Guid tenant, int ordinal, Activity activity, Actor actor, bool isNameless, Func<string?>? reason, params ReadOnlySpan<AuditTarget> targets) =>
        new(reason is null ? null : new Lazy<string?>(reason, LazyThreadSafetyMode.None))
        {
            Happened = happened,
            TenantId = tenant,
            Ordinal = ordinal,
            Activity = activity,
            Actor = actor,
            Targets = ValueArray.Create(targets),
            IsNameless = isNameless,
        };
}

/// <summary>A kind of activity.</summary>
/// <param name="Name"><c>activityDisplayName</c>.</param>
/// <param name="Category"><c>category</c>.</param>
/// <param name="Operation"><c>operationType</c>.</param>
internal sealed record Activity(string Name, string Category, string Operation)
{
    private const string Users = "UserManagement";
    private const string Groups = "GroupManagement";
    private const string Applications = "ApplicationManagement";

    /// <summary>A user came.</summary>
    public static readonly Activity AddUser = new("Add user", Users, "Add");

    /// <summary>A user changed.</summary>
    public static readonly Activity UpdateUser = new("Update user", Users, "Update");

    /// <summary>A user has another manager, or none any more.</summary>
    public static readonly Activity SetUserManager = new("Set user manager", Users, "Update");

    /// <summary>A user is gone.</summary>
    public static readonly Activity DeleteUser = new("Delete user", Users, "Delete");

    /// <summary>A user came back from deleted items.</summary>
    public static readonly Activity RestoreUser = new("Restore user", Users, "Update");

    /// <summary>A user is gone for good.</summary>
    public static readonly Activity HardDeleteUser = new("Hard Delete user", Users, "Delete");

    /// <summary>The licenses of one user changed, or could not be changed (L88).</summary>
    public static readonly Activity ChangeUserLicense = new("Change user license", Users, "Update");

    /// <summary>An application was registered (B738).</summary>
    public static readonly Activity AddApplication = new("Add application", Applications, "Add");

    /// <summary>An application was taken away.</summary>
    public static readonly Activity DeleteApplication = new("Delete application", Applications, "Delete");

    /// <summary>An application has another secret, or one more certificate. Entra's name has its dash.</summary>
    public static readonly Activity ChangeCredentials = new("Update application – Certificates and secrets management", Applications, "Update");

    /// <summary>Somebody got a role.</summary>
    public static readonly Activity AddToRole = new("Add member to role", "RoleManagement", "Assign");

    /// <summary>Somebody has a role no more.</summary>
    public static readonly Activity RemoveFromRole = new("Remove member from role", "RoleManagement", "Unassign");

    /// <summary>The installation has another tenant.</summary>
    public static readonly Activity DeleteCompany = new("Delete company", "DirectoryManagement", "Delete");
    public static readonly Activity ExportCompany = new("Export company", "DirectoryManagement", "Export");
    public static readonly Activity CreateCompany = new("Create company", "DirectoryManagement", "Add");

    /// <summary>Somebody more is told of alerts: Berth's own names, for Entra has no such receivers (B753).</summary>
    public static readonly Activity AddAlertReceiver = new("Add alert receiver", "DirectoryManagement", "Add");
    public static readonly Activity UpdateAlertReceiver = new("Update alert receiver", "DirectoryManagement", "Update");
    public static readonly Activity DeleteAlertReceiver = new("Delete alert receiver", "DirectoryManagement", "Delete");

    /// <summary>The keys that sign tokens changed: Berth's own name, for Entra's are Microsoft's matter.</summary>
    public static readonly Activity RotateKeys = new("Rotate token signing keys", "DirectoryManagement", "Update");

    /// <summary>A group came.</summary>
    public static readonly Activity AddGroup = new("Add group", Groups, "Add");

    /// <summary>A group changed.</summary>
    public static readonly Activity UpdateGroup = new("Update group", Groups, "Update");

    /// <summary>A group is gone.</summary>
    public static readonly Activity DeleteGroup = new("Delete group", Groups, "Delete");

    /// <summary>A group came back from deleted items.</summary>
    public static readonly Activity RestoreGroup = new("Restore group", Groups, "Update");

    /// <summary>A Microsoft 365 group is gone for good.</summary>
    public static readonly Activity HardDeleteGroup = new("Hard Delete group", Groups, "Delete");

    /// <summary>A member came.</summary>
    public static readonly Activity AddMember = new("Add member to group", Groups, "Assign");

    /// <summary>A member left.</summary>
    public static readonly Activity RemoveMember = new("Remove member from group", Groups, "Unassign");

    /// <summary>An owner came.</summary>
    public static readonly Activity AddOwner = new("Add owner to group", Groups, "Assign");

    /// <summary>An owner left.</summary>
    public static readonly Activity RemoveOwner = new("Remove owner from group", Groups, "Unassign");

    /// <summary>The licenses of a group changed (L86).</summary>
    public static readonly Activity SetGroupLicense = new("Set group license", Groups, "Assign");

    /// <summary>The worker picked a change up (L86).</summary>
    public static readonly Activity StartApplying = new("Start applying group based license to users", Groups, "Update");

    /// <summary>The worker is done (L86).</summary>
    public static readonly Activity FinishApplying = new("Finish applying group based license to users", Groups, "Update");

    /// <summary>A reprocess was asked for (L86).</summary>
    public static readonly Activity TriggerRecalculation = new("Trigger group license recalculation", Groups, "Update");
}
