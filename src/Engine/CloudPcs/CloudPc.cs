using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine.CloudPcs;

/// <summary>Where a Cloud PC stands: <c>status</c> (C159).</summary>
public enum CloudPcStatus : byte
{
    /// <summary>A license without a policy, or a Reserve license without a machine.</summary>
    NotProvisioned,

    /// <summary>No slot is free.</summary>
    PendingProvision,

    /// <summary>The host makes it.</summary>
    Provisioning,

    /// <summary>Usable.</summary>
    Provisioned,

    /// <summary>Usable; something that is not critical failed.</summary>
    ProvisionedWithWarnings,

    /// <summary>The third attempt failed, or the right went while the host made it.</summary>
    Failed,

    /// <summary>The right is lost; usable until the end of the grace period.</summary>
    InGracePeriod,

    /// <summary>On its way out.</summary>
    Deprovisioning,

    /// <summary>Gets another size.</summary>
    Resizing,

    /// <summary>Waits for a group to give the license of another size.</summary>
    ResizePendingLicense,

    /// <summary>Goes back to a restore point.</summary>
    Restoring,

    /// <summary>Moves to another region.</summary>
    MovingRegion,

    /// <summary>Single sign-on is being switched.</summary>
    ModifyingSingleSignOn,
}

/// <summary>Why something failed, as <c>statusDetail</c> shows it (C164).</summary>
/// <param name="Code">A machine code such as <c>licenseNotFound</c>.</param>
/// <param name="Message">A sentence.</param>
public sealed record CloudPcError(string Code, string Message);

/// <summary>Why a Cloud PC came to stand where it stands; the timeline tells it.</summary>
public enum CloudPcReason : byte
{
    /// <summary>License and policy met.</summary>
    ConditionsMet,

    /// <summary>The user holds the license, but no policy covers the user.</summary>
    NoPolicy,

    /// <summary>All slots of the plan are taken.</summary>
    NoSlot,

    /// <summary>The host finished.</summary>
    HostDone,

    /// <summary>The host failed.</summary>
    HostFailed,

    /// <summary>A license of Reserve was allocated by the policy.</summary>
    ReserveAllocated,

    /// <summary>The user's license for the plan is gone.</summary>
    LicenseLost,

    /// <summary>The user left the groups that the policy is assigned to.</summary>
    LeftPolicyGroup,

    /// <summary>The policy is not assigned to the user's group any more.</summary>
    PolicyUnassigned,

    /// <summary>The user was deleted.</summary>
    UserDeleted,

    /// <summary>What was lost came back.</summary>
    RightRestored,

    /// <summary>Seven days of grace are over.</summary>
    GraceOver,

    /// <summary>Somebody ended the grace period.</summary>
    GraceEnded,

    /// <summary>The subscription is not usable any more.</summary>
    SubscriptionOver,

    /// <summary>An administrator asked for an action.</summary>
    ActionAsked,

    /// <summary>48 hours for the other license are over.</summary>
    ResizeWindowOver,

    /// <summary>The other license is there.</summary>
    ResizeLicenseFound,

    /// <summary>A failed attempt has had its time.</summary>
    CleanedUp,

    /// <summary>The days of the Reserve license are used up.</summary>
    ReserveUsedUp,

    /// <summary>Another host has the machines: the simulator took over what an agent had not done, or an agent makes the restore points now.</summary>
    HostChanged,

    /// <summary>It counts for another assignment of its policy (B401).</summary>
    AssignmentChanged,

    /// <summary>Fewer Cloud PCs are allotted to its assignment (B404).</summary>
    AllotmentLowered,

    /// <summary>Its assignment is gone (B405).</summary>
    AssignmentRemoved,

    /// <summary>It is time for a restore point, which an agent is asked for (B381).</summary>
    PointAsked,

    /// <summary>The agent has made it.</summary>
    PointMade,

    /// <summary>The agent has not made it.</summary>
    PointFailed,

    /// <summary>All Cloud PCs of its policy are made anew, because somebody wanted that (B435).</summary>
    PolicyReprovisioned,

    /// <summary>All Cloud PCs of its policy are made anew, because a moment of its schedule has come (B438).</summary>
    ScheduleCame,
}

/// <summary>A step in the life of a Cloud PC.</summary>
/// <param name="At">When, by the tenant's clock.</param>
/// <param name="Reason">Why.</param>
/// <param name="About">The group, policy, user or SKU that it is about, where one is known.</param>
public readonly record struct CloudPcStep(DateTimeOffset At, CloudPcReason Reason, Guid? About);

/// <summary>An action that somebody asked of a Cloud PC: <c>cloudPcRemoteActionResult</c> (C167).</summary>
/// <param name="Name">As Graph spells it, such as <c>Reprovision</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="StartedAt">When it was asked for.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="Error">Why it failed; null while it did not.</param>
public sealed record RemoteAction(string Name, RemoteActionState State, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt, CloudPcError? Error);

/// <summary>Where an action stands.</summary>
public enum RemoteActionState : byte
{
    /// <summary>Waits.</summary>
    Pending,

    /// <summary>Runs.</summary>
    Active,

    /// <summary>Happened.</summary>
    Done,

    /// <summary>Did not happen.</summary>
    Failed,

    /// <summary>Something else came first.</summary>
    Canceled,
}

/// <summary>What a Cloud PC was made from: the policy's settings at that time; later edits of the policy do not touch it (C151).</summary>
/// <param name="ImageId">The image.</param>
/// <param name="ImageDisplayName">Its name.</param>
/// <param name="RegionName">The region; null while it is not known.</param>
/// <param name="ConnectionId">The Azure network connection; null on the Microsoft-hosted network.</param>
/// <param name="JoinType">How it is joined.</param>
/// <param name="SingleSignOn">Whether single sign-on is on.</param>
/// <param name="LocalAdmin">Whether the user is a local administrator.</param>
/// <param name="Locale">The language.</param>
public sealed record CloudPcOrigin(
    string ImageId, string ImageDisplayName, string? RegionName, Guid? ConnectionId, DomainJoinType JoinType, bool SingleSignOn, bool LocalAdmin, string Locale);

/// <summary>Whether the machine of a Frontline Cloud PC runs, and what that takes.</summary>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="LicenseSince">Since when it takes a license of its plan; null while it takes none, and always of a shared one.</param>
/// <param name="OffAt">When it is switched off, unless somebody comes; null when nothing will.</param>
/// <param name="ReadyAt">When the profile of who left a shared one is gone, and the next can come; null when nothing is waited for.</param>
public sealed record CloudPcPower(bool IsRunning, DateTimeOffset? LicenseSince, DateTimeOffset? OffAt, DateTimeOffset? ReadyAt)
{
    /// <summary>A machine that is off.</summary>
    public static CloudPcPower Off { get; } = new(false, null, null, null);

    /// <summary>When who disconnected from a shared one is signed out (C116); null when nobody is.</summary>
    public DateTimeOffset? SignOutAt { get; init; }

    /// <summary>The first connection of each of the last days on which there was one, ascending (B416).</summary>
    public ValueArray<DateTimeOffset> FirstConnections { get; init; }

    /// <summary>When it is started before somebody comes (B416); null for never.</summary>
    public DateTimeOffset? PrestartAt { get; init; }
}

/// <summary>
/// A Cloud PC, or the place of one: a row of <c>cloudPCs</c>. One for each pair of user and service plan, besides those that are on their way out; it keeps
/// its id from <c>notProvisioned</c> on, and one that is made after deprovisioning has another (decisions). A shared one has no user and belongs to an assignment.
/// </summary>
/// <param name="Id">The id.</param>
/// <param name="UserId">The user's id; also of a user who is gone; empty for a shared one.</param>
/// <param name="User">The user's index; also of a user who is gone; <see cref="Nobody"/> for a shared one.</param>
/// <param name="Plan">The index of its service plan.</param>
/// <param name="Status">Where it stands.</param>
public sealed record CloudPc(Guid Id, Guid UserId, int User, int Plan, CloudPcStatus Status)
{
    /// <summary>The <see cref="User"/> of a shared one.</summary>
    public const int Nobody = -1;

    /// <summary>The longest <see cref="DisplayName"/>, in UTF-16 characters.</summary>
    public const int LongestDisplayName = 64;

    /// <summary>The most actions it remembers; older ones go.</summary>
    public const int MostActions = 10;

    // What most rows have none of: without a machine, a row is small. What sessions change is not in it: they come and go all day.
    private CloudPcMachine _machine = CloudPcMachine.None;

    /// <summary>The index of the policy that made it, or under which it waits; -1 for none.</summary>
    public int Policy { get; init; } = -1;

    /// <summary>The id of the assignment that a Frontline one belongs to, or belonged to last; null for other kinds.</summary>
    public Guid? Assignment
    {
        get => _machine.Assignment;
        init => Machine = _machine with { Assignment = value };
    }

    /// <summary>Whether the machine of a Frontline one runs; null before it first came up, and for other kinds.</summary>
    public CloudPcPower? Power { get; init; }

    /// <summary>The name for people (C152: it stays when the policy gets another).</summary>
    public string DisplayName
    {
        get => Name.ToString();
        init => Name = new CloudPcName(value);
    }

    /// <summary>What <see cref="Origin"/> is to be when the host has brought settings of the policy to it (B274); null when it is doing nothing like that.</summary>
    public CloudPcOrigin? TakesOver
    {
        get => _machine.TakesOver;
        init => Machine = _machine with { TakesOver = value };
    }

    /// <summary>When the user met all conditions: the order in which slots are given (decisions).</summary>
    public DateTimeOffset ConditionsSince { get; init; }

    /// <summary>When anything of it last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>The restore points that an agent makes at their times (B381); null while they are counted.</summary>
    public AgentPoints? Points
    {
        get => _machine.Points;
        init => Machine = _machine with { Points = value };
    }

    /// <summary>The counted restore points that a restore left (C57, B387); null while nothing was restored.</summary>
    public KeptPoints? KeptPoints
    {
        get => _machine.KeptPoints;
        init => Machine = _machine with { KeptPoints = value };
    }

    /// <summary>The moment to which it is being put back (B387); null when it is not.</summary>
    public DateTimeOffset? RestoresTo
    {
        get => _machine.RestoresTo;
        init => Machine = _machine with { RestoresTo = value };
    }

    /// <summary>Whether something is being done that nothing else may come between (B382).</summary>
    public bool IsBusy => Job is { GivesWay: false };

    /// <summary>Whether the machine was made, or changed later, with its user as administrator; while it is being made, whether somebody asked for that.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>The computer's name (C144); null before it is made.</summary>
    public string? ManagedDeviceName
    {
        get => _machine.ManagedDeviceName;
        init => Machine = _machine with { ManagedDeviceName = value };
    }

    /// <summary>What it was made from; null before it is made.</summary>
    public CloudPcOrigin? Origin
    {
        get => _machine.Origin;
        init => Machine = _machine with { Origin = value };
    }

    /// <summary>When it came up; null before.</summary>
    public DateTimeOffset? ProvisionedAt
    {
        get => _machine.ProvisionedAt;
        init => Machine = _machine with { ProvisionedAt = value };
    }

    /// <summary>When the grace period ends; null when it is in none (C37).</summary>
    public DateTimeOffset? GraceEndsAt
    {
        get => _machine.GraceEndsAt;
        init => Machine = _machine with { GraceEndsAt = value };
    }

    /// <summary>Why the last step failed, or what the warning is; null for none.</summary>
    public CloudPcError? Error
    {
        get => _machine.Error;
        init => Machine = _machine with { Error = value };
    }

    /// <summary>What the host is to do; null for nothing.</summary>
    public HostJob? Job
    {
        get => _machine.Job;
        init => Machine = _machine with { Job = value };
    }

    /// <summary>The index of the service plan it is to have; null when it is not being resized.</summary>
    public int? ResizeTo
    {
        get => _machine.ResizeTo;
        init => Machine = _machine with { ResizeTo = value };
    }

    /// <summary>When the 48 hours for the other license are over (C64); null for none.</summary>
    public DateTimeOffset? ResizeEndsAt
    {
        get => _machine.ResizeEndsAt;
        init => Machine = _machine with { ResizeEndsAt = value };
    }

    /// <summary>When a failed row goes (C51); null when it stays.</summary>
    public DateTimeOffset? GoesAt
    {
        get => _machine.GoesAt;
        init => Machine = _machine with { GoesAt = value };
    }

    /// <summary>Since when restore points are made (C57); null before it came up.</summary>
    public DateTimeOffset? PointsSince
    {
        get => _machine.PointsSince;
        init => Machine = _machine with { PointsSince = value };
    }

    /// <summary>When the manual restore point was made; null for none (C57).</summary>
    public DateTimeOffset? ManualPointAt
    {
        get => _machine.ManualPointAt;
        init => Machine = _machine with { ManualPointAt = value };
    }

    /// <summary>What is kept of its sessions (B371); null before the first.</summary>
    public CloudPcUse? Use { get; init; }

    /// <summary>The review it is under (B373); null for none.</summary>
    public CloudPcReview? Review { get; init; }

    /// <summary>Whether the user is an administrator of the machine: by how it was made or is being made, or by the last sign-in (B370).</summary>
    public bool HasAdministrator => IsAdministrator || Use is { IsAdministrator: true } || (Status == CloudPcStatus.Provisioning && Origin is { LocalAdmin: true });

    /// <summary>Since when the user has a license of Reserve by a policy (C133); null for none, and for other kinds.</summary>
    public DateTimeOffset? AllocatedAt
    {
        get => _machine.AllocatedAt;
        init => Machine = _machine with { AllocatedAt = value };
    }

    /// <summary>How long a Reserve Cloud PC was there in its license year before <see cref="ProvisionedAt"/> (C134).</summary>
    public TimeSpan ReserveUsed
    {
        get => _machine.ReserveUsed;
        init => Machine = _machine with { ReserveUsed = value };
    }

    /// <summary>When the days of a Reserve license are used up; null while its clock rests.</summary>
    public DateTimeOffset? ReserveEndsAt
    {
        get => _machine.ReserveEndsAt;
        init => Machine = _machine with { ReserveEndsAt = value };
    }

    /// <summary>The actions asked for, newest first.</summary>
    public ValueArray<RemoteAction> Actions
    {
        get => _machine.Actions;
        init => Machine = _machine with { Actions = value };
    }

    /// <summary>When time brings something for it; null for never (B283).</summary>
    public DateTimeOffset? DueAt => CloudPcMachine.Earliest(_machine.DueAt, PowerDueAt);

    /// <summary>When time brings something for its power; null for never.</summary>
    public DateTimeOffset? PowerDueAt => Power is { } power
        ? CloudPcMachine.Earliest(CloudPcMachine.Earliest(power.OffAt, power.ReadyAt), CloudPcMachine.Earliest(power.SignOutAt, power.PrestartAt))
        : null;

    /// <summary>Whether it belongs to nobody, and whoever comes uses it (C111).</summary>
    public bool IsShared => User == Nobody;

    /// <summary>Whether somebody can be given it when nobody is on it: its user is let in, and no profile is going (B414).</summary>
    public bool IsReady => LetsIn && Power?.ReadyAt is null;

    /// <summary>Whether it takes a license of its plan at this time (B411).</summary>
    public bool TakesLicense => Power?.LicenseSince is not null;

    /// <summary>Whether a person can work on it (C38, C159).</summary>
    public bool IsUsable => Status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings or CloudPcStatus.InGracePeriod;

    /// <summary>Whether its user is let in: it is usable, and no review keeps the user out (B373).</summary>
    public bool LetsIn => IsUsable && Review is not { IsRestricted: true };

    /// <summary>Whether there is a machine with what its user did on it (B280).</summary>
    public bool HasData => Status is not (CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision or CloudPcStatus.Provisioning or CloudPcStatus.Failed or CloudPcStatus.Deprovisioning);

    /// <summary>Whether it takes a slot of its plan (B264).</summary>
    public bool HoldsSlot => Status switch
    {
        CloudPcStatus.NotProvisioned or CloudPcStatus.Deprovisioning => AllocatedAt is not null,
        CloudPcStatus.PendingProvision => false,
        CloudPcStatus.Failed => GoesAt is null,
        _ => true,
    };

    internal CloudPcName Name { get; init; }

    // Rows that have nothing of it share one, also those that have nothing any more.
    private CloudPcMachine Machine
    {
        init => _machine = value == CloudPcMachine.None ? CloudPcMachine.None : value;
    }
}
