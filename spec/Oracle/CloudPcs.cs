namespace Berth.Oracle;

/// <summary>A provisioning policy.</summary>
public sealed class OraclePolicy
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>dedicated</c>, <c>sharedByUser</c>, <c>sharedByEntraGroup</c> or <c>reserve</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Its network connections, first priority first; empty for the Microsoft-hosted network.</summary>
    public List<string> Connections { get; set; } = [];

    /// <summary>Where on the Microsoft-hosted network.</summary>
    public string Region { get; set; } = OraclePlace.Usual;

    /// <summary>Whether single sign-on is on.</summary>
    public bool SingleSignOn { get; set; }

    /// <summary>Whether a shared machine goes back to a snapshot after each user (B348).</summary>
    public bool SnapshotReset { get; init; }

    /// <summary>What each user of a shared machine keeps, in GB; 0 for nothing (C123).</summary>
    public int StorageGB { get; set; }

    /// <summary>Whether users are administrators.</summary>
    public bool Administrators { get; set; }

    /// <summary>Names and paths of the apps of its image, when it gives its users apps only; null when it does not.</summary>
    public IReadOnlyList<(string Name, string Path)>? Apps { get; init; }

    /// <summary>Whether its apps have come.</summary>
    public bool HasApps { get; set; }

    /// <summary>What it is assigned to.</summary>
    public List<OracleAssignment> Assignments { get; set; } = [];

    /// <summary>The same again.</summary>
    public OraclePolicy Copy() => new() { Id = Id, Type = Type, Connections = [.. Connections], Region = Region, SingleSignOn = SingleSignOn, SnapshotReset = SnapshotReset, StorageGB = StorageGB, Administrators = Administrators, Apps = Apps, HasApps = HasApps, Assignments = [.. Assignments] };
}

/// <summary>Where a machine stands, and how one signs in.</summary>
/// <param name="Region">The region.</param>
/// <param name="Connection">The network connection; null on the Microsoft-hosted network.</param>
/// <param name="SingleSignOn">Whether single sign-on is on.</param>
public sealed record OraclePlace(string Region, string? Connection, bool SingleSignOn)
{
    /// <summary>The region of who does not say where.</summary>
    public const string Usual = "eastus";
}

/// <summary>A network connection.</summary>
/// <param name="Region">Where its network lies.</param>
/// <param name="Health">What its last check found.</param>
public sealed record OracleConnection(string Region, string Health);

/// <summary>Something that the host has to do.</summary>
/// <param name="Kind">provision, reprovision, deprovision, resize, restore, snapshot, restart or applySettings.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Asked">When somebody asked for it.</param>
/// <param name="Due">When the simulator ends it; null when an agent reports it.</param>
public sealed record OracleJob(string Kind, int Attempt, DateTimeOffset Asked, DateTimeOffset? Due)
{
    /// <summary>Whether it makes a restore point that is due, which gives way to all else (B382).</summary>
    public bool AtItsTime { get; init; }

    /// <summary>Whether an agent that takes the machine down is to keep its disk (B385).</summary>
    public bool Keeps { get; init; }
}

/// <summary>How a job ended.</summary>
/// <param name="Outcome"><c>done</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Error">Why it failed, or what the warning is; null when it was done.</param>
/// <param name="Last">Whether trying again is useless.</param>
public sealed record OracleReport(string Outcome, string? Error, bool Last)
{
    /// <summary>Whether it failed.</summary>
    public bool Failed => Outcome == "failed";
}

/// <summary>A row of <c>cloudPCs</c>.</summary>
public sealed partial class OracleRow
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Whose it is; also when the user is deleted.</summary>
    public required OracleUser User { get; init; }

    /// <summary>The user's id.</summary>
    public required string UserId { get; init; }

    /// <summary>The service plan.</summary>
    public required string Plan { get; set; }

    /// <summary>As Graph spells it.</summary>
    public required string Status { get; set; }

    /// <summary>The maker, or null.</summary>
    public string? Maker { get; set; }

    /// <summary>What the last attempt that the host got fixed, or what was taken over since; null before.</summary>
    public OraclePlace? Place { get; set; }

    /// <summary>What is being taken over; null for nothing.</summary>
    public OraclePlace? TakesOver { get; set; }

    /// <summary>The name somebody gave it.</summary>
    public string? Name { get; set; }

    /// <summary>Since when its user meets the conditions.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>The end of its grace period.</summary>
    public DateTimeOffset? GraceEnd { get; set; }

    /// <summary>The plan it waits for, and until when.</summary>
    public (string Plan, DateTimeOffset End)? Window { get; set; }

    /// <summary>When a failed row is taken down.</summary>
    public DateTimeOffset? Goes { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; set; }

    /// <summary>What the host has to do.</summary>
    public OracleJob? Job { get; set; }

    /// <summary>Since when the user has a license of Reserve by a policy; null for none.</summary>
    public DateTimeOffset? Allocated { get; set; }

    /// <summary>How long machines of a Reserve license were there before the one that is.</summary>
    public TimeSpan ReserveUsed { get; set; }

    /// <summary>When the days of a Reserve license are used up; null while they rest.</summary>
    public DateTimeOffset? ReserveEnds { get; set; }

    /// <summary>When the machine last came up.</summary>
    public DateTimeOffset? CameUp { get; set; }

    /// <summary>Since when restore points are counted.</summary>
    public DateTimeOffset? PointsSince { get; set; }

    /// <summary>The moment of the restore point that was made by hand; null for none.</summary>
    public DateTimeOffset? ManualPoint { get; set; }

    /// <summary>The counted restore points that a restore left, and when it ended (B387); null for none.</summary>
    public (List<DateTimeOffset> Points, DateTimeOffset Ended)? Left { get; set; }

    /// <summary>The moment to which it is being put back.</summary>
    public DateTimeOffset RestoresTo { get; set; }

    /// <summary>The restore points at their times that an agent made and keeps, ascending; null while they are counted (B381). Replaced, never changed.</summary>
    public List<DateTimeOffset>? Made { get; set; }

    /// <summary>When an agent is asked for the next one; null while something else is being done.</summary>
    public DateTimeOffset? PointAt { get; set; }

    /// <summary>The same again.</summary>
    public OracleRow Copy() => (OracleRow)MemberwiseClone();
}

/// <summary>What is kept of a Cloud PC whose subscription expired.</summary>
/// <param name="Of">The Cloud PC as it was.</param>
/// <param name="Until">When its time is over.</param>
/// <param name="Job">An agent is asked to drop it; null before its time is over (B385).</param>
public sealed record OracleRetained(OracleRow Of, DateTimeOffset Until, OracleJob? Job);

/// <summary>Everything of Windows 365 that a tenant has.</summary>
public sealed class OracleFleet
{
    /// <summary>The policies, in the order in which they were made.</summary>
    public List<OraclePolicy> Policies { get; init; } = [];

    /// <summary>When each policy began to cover each user.</summary>
    public Dictionary<(string User, string Policy), DateTimeOffset> Covers { get; init; } = [];

    /// <summary>The winner of each user among the policies of a type.</summary>
    public Dictionary<(string User, string Type), string> Winners { get; init; } = [];

    /// <summary>The rows, ascending by number.</summary>
    public List<OracleRow> Rows { get; init; } = [];

    /// <summary>How many rows there ever were.</summary>
    public int Numbers { get; set; }

    /// <summary>Retention snapshots, oldest first.</summary>
    public List<OracleRetained> Retained { get; init; } = [];

    /// <summary>The user settings.</summary>
    public List<OracleSetting> Settings { get; init; } = [];

    /// <summary>The network connections.</summary>
    public Dictionary<string, OracleConnection> Connections { get; init; } = [];

    /// <summary>Numbers of rows with a session, and whether somebody is connected to it.</summary>
    public Dictionary<int, bool> Sessions { get; init; } = [];

    /// <summary>Whether an agent makes the machines.</summary>
    public bool Agent { get; set; }

    /// <summary>How long the simulator takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Kinds of jobs in which the simulator fails.</summary>
    public HashSet<string> Failing { get; set; } = [];

    /// <summary>Keys of the assignments whose machines are not made anew (B407).</summary>
    public HashSet<int> Paused { get; init; } = [];

    /// <summary>How many assignments there ever were.</summary>
    public int Assignments { get; set; }

    /// <summary>The last run of each policy whose machines were made anew (B437).</summary>
    public Dictionary<string, OracleRun> Runs { get; init; } = [];

    /// <summary>The schedules, by policy (B438).</summary>
    public Dictionary<string, OracleSchedule> Schedules { get; init; } = [];

    /// <summary>What users of shared machines keep, in the order in which the assignments were made.</summary>
    public List<OraclePool> Pools { get; init; } = [];

    /// <summary>The concurrency buffers, by plan.</summary>
    public Dictionary<string, OracleBuffer> Buffers { get; init; } = [];

    /// <summary>Cloud apps, in the order in which they came.</summary>
    public List<OracleApp> Apps { get; init; } = [];

    /// <summary>How many cloud apps there ever were.</summary>
    public int AppNumbers { get; set; }

    /// <summary>Whether a disconnected session keeps its license (B413).</summary>
    public bool Held { get; set; } = true;

    /// <summary>How long the profile of who signed out takes to go (B414).</summary>
    public TimeSpan ProfileReset { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Whether machines are started before their users come (B416).</summary>
    public bool Prestart { get; set; } = true;

    /// <summary>The most licenses above the limit; null for any number (B420).</summary>
    public int? BufferExcess { get; set; }

    /// <summary>The same again; what is changed in one does not change the other.</summary>
    public OracleFleet Copy() => new()
    {
        Policies = [.. Policies.Select(policy => policy.Copy())],
        Covers = new(Covers),
        Winners = new(Winners),
        Rows = [.. Rows.Select(row => row.Copy())],
        Numbers = Numbers,
        Retained = [.. Retained],
        Settings = [.. Settings.Select(setting => setting with { Groups = [.. setting.Groups] })],
        Connections = new(Connections),
        Sessions = new(Sessions),
        Agent = Agent,
        Delay = Delay,
        Failing = Failing,
        Paused = [.. Paused],
        Assignments = Assignments,
        Runs = Runs.ToDictionary(one => one.Key, one => one.Value.Copy()),
        Schedules = new(Schedules),
        Pools = [.. Pools.Select(pool => pool.Copy())],
        Buffers = Buffers.ToDictionary(one => one.Key, one => one.Value.Copy()),
        Apps = [.. Apps.Select(app => app.Copy())],
        AppNumbers = AppNumbers,
        Held = Held,
        ProfileReset = ProfileReset,
        Prestart = Prestart,
        BufferExcess = BufferExcess,
    };
}

/// <content>Cloud PCs: what follows from licenses, policies and groups. (cloud-pcs.md)</content>
public sealed partial class OracleTenant
{
    private const int MostAttempts = 3; // C190
    private const int MostBusiness = 300; // C188
    private static readonly TimeSpan Grace = TimeSpan.FromHours(168); // C37
    private static readonly TimeSpan ResizeWindow = TimeSpan.FromHours(48); // C64
    private static readonly TimeSpan CleanUp = TimeSpan.FromHours(3); // C51
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(1); // B269
    private static readonly TimeSpan Retention = TimeSpan.FromHours(672); // C193

    // Statuses in which there is a machine with data (B280).
    private static readonly string[] WithData =
        ["provisioned", "provisionedWithWarnings", "inGracePeriod", "resizePendingLicense", "resizing", "restoring", "movingRegion", "modifyingSingleSignOn"];

    private OracleFleet _fleet = new();

    // A SKU of which units are not usable any more since this command, how many, and whether they expired (B280).
    private (string Sku, int Units, bool Expired)? _lapsed;

    // B260
    private void SettleCloudPcs()
    {
        Cover();
        foreach (OracleRow row in _fleet.Rows.ToList())
        {
            LookAt(row);
        }

        TakeWhatLapsed();
        AddRows();
        do
        {
            AddShared();
        }
        while (GoOn());
        int before;
        do
        {
            // B264: a resize that starts lets rows come that its window kept away.
            GiveSlots();
            before = _fleet.Numbers;
            AddRows();
        }
        while (_fleet.Numbers > before);
        GiveUnits();
        EndSessions();
        EndFrontlineSessions();
        FollowBuffers();
        FollowStorages();
        FollowApps();
        LookForPoints();
    }

    private CloudPcPlan? PlanOf(string plan) => _catalog.CloudPcPlans.GetValueOrDefault(plan);

    private string KindOf(OracleRow row) => PlanOf(row.Plan)!.Kind;

    private bool IsThere(OracleRow row) => _users.TryGetValue(row.UserId, out OracleUser? user) && ReferenceEquals(user, row.User);

    private bool IsGoneForGood(OracleRow row) => IsGoneForGood(row.User, row.UserId);

    private bool IsGoneForGood(OracleUser user, string id) => !(_users.TryGetValue(id, out OracleUser? there) && ReferenceEquals(there, user))
        && !(_deletedUsers.TryGetValue(id, out OracleDeletedUser? deleted) && ReferenceEquals(deleted.User, user));

    private bool IsLicensed(OracleRow row, string plan) => IsThere(row) && IsEnabled(plan, Others(row.UserId, null));

    private bool MakerCovers(OracleRow row) => KindOf(row) == "Business" || (IsThere(row) && row.Maker is not null && _fleet.Covers.ContainsKey((row.UserId, row.Maker)));

    private bool HasRight(OracleRow row) => KindOf(row) == "Reserve" ? row.Allocated is not null : IsFrontline(row) ? HasFrontlineRight(row) : IsLicensed(row, row.Plan) && MakerCovers(row);

    private string? Winner(string user) => _fleet.Winners.GetValueOrDefault((user, "dedicated"));

    // B263: who waits has no maker yet, and shows the winner.
    private string? PolicyOf(OracleRow row) => row.Status == "pendingProvision" && KindOf(row) == "Enterprise" ? Winner(row.UserId)
        : row.Status == "pendingProvision" && IsFrontline(row) && !row.IsShared ? FrontlineWinner(row.UserId)
        : row.Maker;

    private OracleRow? RowOf(string user, string plan) =>
        _fleet.Rows.Find(row => row.UserId == user && IsThere(row) && row.Plan == plan && (row.Status != "deprovisioning" || row.Allocated is not null));

    private long Slots(string plan) => _catalog.PlansOfSku.Where(sku => sku.Value.Contains(plan)).Sum(sku => Assignable(sku.Key));

    // B264
    private static bool HoldsSlot(OracleRow row) => row.Status switch
    {
        "notProvisioned" or "deprovisioning" => row.Allocated is not null,
        "pendingProvision" => false,
        "failed" => row.Goes is null,
        _ => true,
    };

    private int Used(string plan) => _fleet.Rows.Count(row => row.Plan == plan && HoldsSlot(row));

    private bool IsSlotFree(string plan) => Used(plan) < Slots(plan)
        && (PlanOf(plan)!.Kind != "Business" || _fleet.Rows.Count(row => KindOf(row) == "Business" && HoldsSlot(row)) < MostBusiness);

    // The rule of each status.
    private void LookAt(OracleRow row)
    {
        if (KindOf(row) == "Reserve")
        {
            LookAtReserve(row);
            return;
        }

        if (IsFrontline(row))
        {
            LookAtFrontline(row);
            return;
        }

        switch (row.Status)
        {
            case "notProvisioned" or "pendingProvision" when !IsLicensed(row, row.Plan):
                Leave(row); // B262, B263
                break;
            case "notProvisioned" when Winner(row.UserId) is not null:
                Wait(row); // B262
                break;
            case "pendingProvision" when KindOf(row) == "Enterprise" && Winner(row.UserId) is null:
                row.Status = "notProvisioned"; // B263
                break;
            case "provisioning" when !HasRight(row):
                // B265
                Fail(row, !IsThere(row) ? "userNotFound" : !IsLicensed(row, row.Plan) ? "licenseNotFound" : "provisioningPolicyNotFound");
                break;
            case "failed" when !HasRight(row):
                row.Goes ??= _now + CleanUp; // B266
                break;
            case "failed" when row.Goes is not null:
                Wait(row); // B266
                break;
            case "provisioned" or "provisionedWithWarnings" when IsGoneForGood(row):
                Deprovision(row); // B267
                break;
            case "provisioned" or "provisionedWithWarnings" when !HasRight(row):
                BeginGrace(row); // B267
                break;
            case "inGracePeriod" when HasRight(row):
                (row.Status, row.GraceEnd) = (Settled(row), null); // B268
                break;
            case "inGracePeriod" when IsGoneForGood(row):
                Deprovision(row); // B268
                break;
            case "resizePendingLicense" when !MakerCovers(row):
                BeginGrace(row); // B276
                break;
            default:
                break;
        }
    }

    private void Wait(OracleRow row)
    {
        (row.Status, row.Since) = ("pendingProvision", _now);
        (row.Maker, row.Goes, row.Error, row.Job, row.AsksAdministrator) = (null, null, null, null, false);
    }

    private void BeginGrace(OracleRow row) => (row.Status, row.GraceEnd, row.Window) = ("inGracePeriod", _now + Grace, null);

    private void Fail(OracleRow row, string error)
    {
        bool begun = row.Job is not null;
        (row.Status, row.Error, row.Job) = ("failed", error, null);
        row.Goes = HasRight(row) ? null : _now + CleanUp;
        if (begun)
        {
            Work(row, "deprovision"); // B265
        }
    }

    // B269
    private void Deprovision(OracleRow row, bool keeps = false)
    {
        (row.Status, row.GraceEnd, row.Window, row.Goes, row.Error, row.TakesOver, row.Review) = ("deprovisioning", null, null, null, null, null, null);
        RestReserve(row);
        Work(row, "deprovision", keeps: keeps);
    }

    // B388: what was begun may be at the host still.
    private void Leave(OracleRow row)
    {
        if (row.Place is null)
        {
            Remove(row);
        }
        else
        {
            Deprovision(row);
        }
    }

    private void Remove(OracleRow row)
    {
        _fleet.Rows.Remove(row);
        _fleet.Sessions.Remove(row.Number);
    }

    // B280
    private void TakeWhatLapsed()
    {
        if (_lapsed is not { } lapsed)
        {
            return;
        }

        _lapsed = null;
        foreach (string plan in _catalog.PlansOfSku[lapsed.Sku].Where(plan => PlanOf(plan) is not null).Order(StringComparer.Ordinal))
        {
            if (PlanOf(plan)!.Kind == "Frontline")
            {
                TakeShared(plan, lapsed.Units);
                continue;
            }

            for (int units = lapsed.Units; Used(plan) > Slots(plan) && units > 0; units--)
            {
                OracleRow last = _fleet.Rows.Where(row => row.Plan == plan && HoldsSlot(row))
                    .OrderByDescending(row => row.Since).ThenByDescending(row => row.UserId, StringComparer.Ordinal).First();
                bool keeps = lapsed.Expired && KindOf(last) == "Enterprise" && WithData.Contains(last.Status);
                if (keeps && !_fleet.Agent)
                {
                    Keep(last);
                }

                last.Allocated = null; // B282
                Deprovision(last, keeps && _fleet.Agent);
            }
        }
    }

    // B261, B281
    private void AddRows()
    {
        foreach (string user in _users.Keys.Order(StringComparer.Ordinal))
        {
            List<Given> given = Others(user, null);
            bool inWindow = _fleet.Rows.Exists(row => row.UserId == user && IsThere(row) && row.Window is not null);
            foreach (string plan in _catalog.CloudPcPlans.Keys.Where(plan => IsEnabled(plan, given)).Order(StringComparer.Ordinal))
            {
                string kind = PlanOf(plan)!.Kind;
                if (RowOf(user, plan) is not null || !(kind == "Business" || (kind == "Enterprise" && !inWindow)))
                {
                    continue;
                }

                OracleRow row = new() { Number = ++_fleet.Numbers, User = _users[user], UserId = user, Plan = plan, Status = "notProvisioned" };
                _fleet.Rows.Add(row);
                if (kind == "Business" || Winner(user) is not null)
                {
                    Wait(row);
                }
            }

            // B282
            foreach (string plan in Reserved(user).Order(StringComparer.Ordinal).Where(plan => RowOf(user, plan) is null))
            {
                OracleRow row = new() { Number = ++_fleet.Numbers, User = _users[user], UserId = user, Plan = plan, Status = "pendingProvision", Since = _now };
                row.Maker = _fleet.Winners[(user, "reserve")];
                _fleet.Rows.Add(row);
            }

            AddDedicated(user);
        }
    }

    // B264
    private void GiveSlots()
    {
        bool again = true;
        while (again)
        {
            again = false;
            foreach (OracleRow row in _fleet.Rows.Where(row => row.Status == "pendingProvision" && !IsFrontline(row))
                .OrderBy(row => row.Since).ThenBy(row => row.UserId, StringComparer.Ordinal).ThenBy(row => row.Number).ToList())
            {
                if (IsSlotFree(row.Plan) && KindOf(row) == "Reserve")
                {
                    (row.Status, row.Allocated) = ("notProvisioned", _now); // B282
                }
                else if (IsSlotFree(row.Plan))
                {
                    (row.Status, row.Maker) = ("provisioning", KindOf(row) == "Enterprise" ? Winner(row.UserId) : null);
                    Attempt(row, FirstJob(row), 1);
                }
            }

            foreach (OracleRow row in _fleet.Rows.Where(row => row.Status == "resizePendingLicense"))
            {
                if (Found(row) is { } plan && IsSlotFree(plan))
                {
                    BeginResize(row, plan);
                    again = true;
                    break;
                }
            }
        }
    }

    // B276: the plan that a resize takes now; null while the old one is licensed or no other is.
    private string? Found(OracleRow row)
    {
        if (IsLicensed(row, row.Plan))
        {
            return null;
        }

        string target = row.Window!.Value.Plan;
        return IsLicensed(row, target) && RowOf(row.UserId, target) is null ? target
            : _catalog.CloudPcPlans.Keys.Where(plan => PlanOf(plan) is { Kind: "Enterprise" } found && found.DiskGB >= PlanOf(row.Plan)!.DiskGB
                && IsLicensed(row, plan) && RowOf(row.UserId, plan) is null).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    // B275
    private void BeginResize(OracleRow row, string plan)
    {
        (row.Status, row.Plan, row.Window) = ("resizing", plan, null);
        Work(row, "resize");
    }

    // B286, B294
    private void Work(OracleRow row, string kind, int attempt = 1, TimeSpan later = default, bool keeps = false) =>
        row.Job = new OracleJob(kind, attempt, _now + later, _fleet.Agent ? null : _now + later + _fleet.Delay) { Keeps = keeps };

    private static string Settled(OracleRow row) => row.Error is null ? "provisioned" : "provisionedWithWarnings";

    // B388
    private static string FirstJob(OracleRow row) => row.Place is null ? "provision" : "reprovision";

    // B265, B295
    private void Attempt(OracleRow row, string kind, int attempt)
    {
        if (PlaceNow(row) is { } place)
        {
            row.Place = place;
            (row.MakerWantsAdministrator, row.AdministratorBySignIn) = (FindPolicy(row.Maker ?? "")?.Administrators ?? false, false); // B265, B370
            Work(row, kind, attempt);
        }
        else
        {
            AttemptFailed(row, kind, attempt, "onPremisesConnectionUnhealthy");
        }
    }

    // What an attempt would fix now; null while no connection of the policy can be used.
    private OraclePlace? PlaceNow(OracleRow row)
    {
        if (_fleet.Policies.Find(policy => policy.Id == row.Maker) is not { } maker)
        {
            return new OraclePlace(OraclePlace.Usual, null, false);
        }

        if (maker.Connections.Count == 0)
        {
            return new OraclePlace(maker.Region, null, maker.SingleSignOn);
        }

        return maker.Connections.Find(connection => _fleet.Connections[connection].Health is "passed" or "warning" or "informational") is { } usable
            ? new OraclePlace(_fleet.Connections[usable].Region, usable, maker.SingleSignOn)
            : null;
    }

    private void AttemptFailed(OracleRow row, string kind, int attempt, string error, bool last = false)
    {
        if (attempt == MostAttempts || last)
        {
            Fail(row, error);
        }
        else if (kind is "provision" or "reprovision")
        {
            Attempt(row, kind, attempt + 1);
        }
        else
        {
            Work(row, kind, attempt + 1);
        }
    }

    // B285
    private void EndSessions()
    {
        foreach (int number in _fleet.Sessions.Keys.ToList())
        {
            OracleRow row = _fleet.Rows.First(row => row.Number == number);
            if (!LetsIn(row) || !IsThere(row) || !IsOn(row.User))
            {
                _fleet.Sessions.Remove(number);
                row.SignedOut = _now;
            }
        }
    }

    private static bool IsOn(OracleUser user) => user.Facts.GetValueOrDefault("accountEnabled") != "false";
}
