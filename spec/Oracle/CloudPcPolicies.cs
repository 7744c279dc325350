namespace Berth.Oracle;

/// <content>Provisioning policies and network connections. (provisioning-policies.md, network-connections.md)</content>
public sealed partial class OracleTenant
{
    /// <summary>Adds a policy; without connections it is on the Microsoft-hosted network, in a region. With apps of its image it gives its users apps only.</summary>
    public Answer CreatePolicy(
        string policy, string type, IReadOnlyList<string> connections, string region, bool singleSignOn, bool snapshotReset, int storageGB = 0, bool administrators = false, IReadOnlyList<(string Name, string Path)>? apps = null)
    {
        if (_fleet.Policies.Exists(one => one.Id == policy))
        {
            return Answer.Refused("B80", "idTaken", policy);
        }

        return UnknownConnection(connections) ?? Accept(() =>
            _fleet.Policies.Add(new OraclePolicy
            {
                Id = policy, Type = type, Connections = [.. connections], Region = region, SingleSignOn = singleSignOn, SnapshotReset = snapshotReset, StorageGB = storageGB,
                Administrators = administrators, Apps = apps,
            }));
    }

    /// <summary>Gives a policy other settings; nothing else happens (B273).</summary>
    public Answer ChangePolicy(string policy, IReadOnlyList<string> connections, string region, bool singleSignOn, bool administrators, int? storageGB) =>
        FindPolicy(policy) is not { } found ? Answer.Refused("C155", "policyNotFound", policy)
            : found.Assignments.Count > 0 && storageGB is { } wanted && wanted > 0 != found.StorageGB > 0 ? Answer.Refused("C123", "valueInvalid")
            : UnknownConnection(connections) ?? Accept(() =>
                (found.Connections, found.Region, found.SingleSignOn, found.Administrators, found.StorageGB) =
                    ([.. connections], region, singleSignOn, administrators, storageGB ?? found.StorageGB));

    /// <summary>Brings settings of a policy to rows of it, or to all that it can (B274).</summary>
    public Answer ApplyPolicy(string policy, IReadOnlyList<string> settings, IReadOnlyList<int> numbers)
    {
        if (FindPolicy(policy) is null)
        {
            return Answer.Refused("C155", "policyNotFound", policy);
        }

        List<OracleRow> rows = [];
        foreach (int number in numbers)
        {
            if (_fleet.Rows.Find(row => row.Number == number) is not { } row)
            {
                return Answer.Refused("E11", "cloudPcNotFound", $"#{number}");
            }

            if (PolicyOf(row) != policy)
            {
                return Answer.Refused("B274", "operationNotSupported", $"#{number}");
            }

            if (!IsFree(row))
            {
                return Answer.Refused("B274", "operationConflict", $"#{number}");
            }

            rows.Add(row);
        }

        return Accept(() =>
        {
            foreach (OracleRow row in numbers.Count > 0 ? rows.Distinct().ToList() : _fleet.Rows.Where(row => row.Maker == policy && IsFree(row)).ToList())
            {
                TakeOver(row, settings);
            }
        });
    }

    private void TakeOver(OracleRow row, IReadOnlyList<string> settings)
    {
        OraclePlace now = row.Place!;
        bool moves = settings.Contains("region") && PlaceNow(row) is { } there && (there.Region, there.Connection) != (now.Region, now.Connection);
        bool switches = settings.Contains("singleSignOn") && FindPolicy(row.Maker!)!.SingleSignOn != now.SingleSignOn;
        if (moves || switches)
        {
            OraclePlace after = moves ? PlaceNow(row)! with { SingleSignOn = now.SingleSignOn } : now;
            row.TakesOver = switches ? after with { SingleSignOn = !now.SingleSignOn } : after;
            row.Status = moves ? "movingRegion" : "modifyingSingleSignOn";
            Work(row, "applySettings");
        }
    }

    /// <summary>Deletes a policy that is assigned to nothing (C155).</summary>
    public Answer DeletePolicy(string policy)
    {
        if (FindPolicy(policy) is not { } found)
        {
            return Answer.Refused("C155", "policyNotFound", policy);
        }

        return found.Assignments.Count > 0
            ? Answer.Refused("C155", "policyInUse", [policy, .. found.Assignments.Select(one => one.Group).Distinct()])
            : Accept(() =>
            {
                _fleet.Policies.Remove(found);
                _fleet.Runs.Remove(policy);
                _fleet.Schedules.Remove(policy);
                foreach (OracleRow row in _fleet.Rows.Where(row => row.Maker == policy))
                {
                    row.Maker = null; // another one with its id is another one
                }
            });
    }

    /// <summary>Adds a network connection; the simulator finds it healthy at once (B293).</summary>
    public Answer CreateConnection(string connection, string region) => _fleet.Connections.TryAdd(connection, new OracleConnection(region, "passed"))
        ? Accept(() => { })
        : Answer.Refused("B80", "idTaken", connection);

    /// <summary>The simulator finds something else, at once.</summary>
    public Answer SetConnectionHealth(string connection, string health) => _fleet.Connections.TryGetValue(connection, out OracleConnection? known)
        ? Accept(() => _fleet.Connections[connection] = known with { Health = health })
        : Answer.Refused("C177", "connectionNotFound", connection);

    /// <summary>The simulator takes another time, and fails in other kinds of jobs (B294); or an agent makes the machines (B320).</summary>
    public Answer SetHost(TimeSpan delay, IReadOnlyList<string> failing, bool agent) => Accept(() =>
    {
        bool changes = agent != _fleet.Agent;
        (_fleet.Delay, _fleet.Failing, _fleet.Agent) = (delay, [.. failing], agent);
        if (changes)
        {
            ChangePoints();
        }

        foreach (OracleRow row in _fleet.Rows.Where(row => !agent && row.Job is { Due: null }))
        {
            DateTimeOffset begins = row.Job!.Asked > _now ? row.Job.Asked : _now;
            row.Job = row.Job with { Due = begins + delay };
        }
    });

    /// <summary>An agent reports a job of a row, which is called by what it is, its attempt and when it was asked for (B286).</summary>
    public Answer Report(int number, string kind, int attempt, DateTimeOffset asked, OracleReport report) =>
        _fleet.Rows.Find(row => row.Number == number) is { Job: { Due: null } job } row && (job.Kind, job.Attempt, job.Asked) == (kind, attempt, asked)
            ? Accept(() => Finish(row, job, report))
            : _fleet.Retained.Find(one => one.Of.Number == number) is { Job: { } drop } kept && (drop.Kind, drop.Attempt, drop.Asked) == (kind, attempt, asked)
                ? Accept(() => Drop(kept, drop.Attempt, report.Failed))
                : Answer.Refused("B286", "hostJobClosed");

    private OraclePolicy? FindPolicy(string policy) => _fleet.Policies.Find(one => one.Id == policy);

    private Answer? UnknownConnection(IReadOnlyList<string> connections) =>
        connections.FirstOrDefault(connection => !_fleet.Connections.ContainsKey(connection)) is { } unknown ? Answer.Refused("C177", "connectionNotFound", unknown) : null;

    // B290: types of policies that serve users.
    private static readonly string[] Served = ["dedicated", "reserve", "sharedByUser"];

    private void Cover()
    {
        foreach ((string user, string policy) in _fleet.Covers.Keys.ToList())
        {
            if (FindPolicy(policy) is not { } found || !Covers(found, user))
            {
                _fleet.Covers.Remove((user, policy));
            }
        }

        foreach (OraclePolicy policy in _fleet.Policies)
        {
            foreach (string user in _users.Keys.Where(user => Covers(policy, user)))
            {
                _fleet.Covers.TryAdd((user, policy.Id), _now);
            }
        }

        foreach ((string user, string type) in _fleet.Winners.Keys.ToList())
        {
            if (!_fleet.Covers.ContainsKey((user, _fleet.Winners[(user, type)])))
            {
                _fleet.Winners.Remove((user, type));
            }
        }

        foreach (string user in _users.Keys)
        {
            foreach (string type in Served)
            {
                if (!_fleet.Winners.ContainsKey((user, type)) && InLine(user, type).FirstOrDefault() is { } first)
                {
                    _fleet.Winners.Add((user, type), first);
                }
            }
        }
    }

    // Policies of a type that cover a user, who came first first.
    private List<string> InLine(string user, string type) =>
    [
        .. _fleet.Policies.Where(policy => policy.Type == type && _fleet.Covers.ContainsKey((user, policy.Id)))
            .OrderBy(policy => _fleet.Covers[(user, policy.Id)]) // the sort is stable
            .Select(policy => policy.Id),
    ];

    private bool Covers(OraclePolicy policy, string user) =>
        _users.ContainsKey(user) && policy.Assignments.Exists(one => _groups.TryGetValue(one.Group, out OracleGroup? group) && group.Members.Contains(user));
}
