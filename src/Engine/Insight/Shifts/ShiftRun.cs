using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Shifts;

/// <summary>
/// One run of a simulation (B462): a tenant of its own with so many licenses, one group, one policy and everybody's sessions, decided as a server would decide them.
/// Minutes of the place are the tenant's time.
/// </summary>
internal sealed class ShiftRun
{
    private const int MinutesOfHour = 60;
    private const int Leaves = 0, Comes = 1;
    // Any day: the engine does not care which, and the images of this program are supported on it.
    private static readonly DateTimeOffset _midnight = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string _image = GalleryImages.All[0].Id;

    private readonly ShiftPlan _plan;
    private readonly ShiftStretch[] _stretches;
    private readonly ServicePlan _servicePlan;
    private readonly Guid[] _users;
    private readonly Guid?[] _sessions;
    private readonly HashSet<int> _waits = [];
    private readonly int[] _refusals;
    private readonly int[] _lost;
    private readonly ShiftHour[] _hours;
    private readonly SortedSet<DateTimeOffset> _uses = [];
    private readonly SortedSet<DateTimeOffset> _overruns = [];
    private readonly SortedSet<DateTimeOffset> _blocks = [];
    private readonly int _licenses;
    private Tenant _tenant = Tenant.Unborn;
    private int _without;
    private int _active;
    private int _at;
    private int _started;

    private ShiftRun(ShiftPlan plan, ShiftStretch[] stretches, SkuCatalog catalog, int licenses)
    {
        (_plan, _stretches, _licenses) = (plan, stretches, licenses);
        _users = [.. plan.People.Select((_, i) => Id(1, i))];
        _sessions = new Guid?[_users.Length];
        _refusals = new int[_users.Length];
        _lost = new int[_users.Length];
        int end = stretches.Length == 0 ? 0 : stretches.Max(one => one.To);
        _hours = new ShiftHour[Math.Max(plan.Days * 24, (end + MinutesOfHour - 1) / MinutesOfHour)];
        for (int i = 0; i < _hours.Length; i++)
        {
            _hours[i] = new ShiftHour(plan.Start.ToDateTime(default).AddHours(i), 0, 0, 0, 0, 0);
        }

        _servicePlan = catalog.TryGetPlan(plan.ServicePlanId, out ServicePlan? found) ? found : throw new ArgumentException("The plan is none of the catalog.", nameof(plan));
        Found(catalog);
    }

    /// <summary>What happens with a number of licenses.</summary>
    public static ShiftOutcome Of(ShiftPlan plan, ShiftStretch[] stretches, SkuCatalog catalog, int licenses) => new ShiftRun(plan, stretches, catalog, licenses).Run();

    private ShiftOutcome Run()
    {
        PriorityQueue<ShiftStretch, (int At, int Kind, int Person)> events = new();
        foreach (ShiftStretch one in _stretches)
        {
            events.Enqueue(one, (one.From, Comes, one.Person));
            events.Enqueue(one, (one.To, Leaves, one.Person));
        }

        while (events.TryDequeue(out ShiftStretch one, out (int At, int Kind, int Person) when))
        {
            PassTo(when.At);
            if (when.Kind == Leaves)
            {
                Leave(one.Person);
            }
            else if (!Come(one.Person))
            {
                int again = Math.Min(one.To, when.At + _plan.RetryMinutes);
                _lost[one.Person] += again - when.At;
                if (again < one.To)
                {
                    events.Enqueue(one, (again, Comes, one.Person));
                }
            }

            Note();
        }

        PassTo(_hours.Length * MinutesOfHour);
        Decide(new Command.RunDue());
        RefusedPerson[] refused =
        [
            .. _refusals.Select((times, person) => new RefusedPerson(_plan.People[person].Name, times, _lost[person]))
                .Where(one => one.Refusals > 0).OrderByDescending(one => one.MinutesLost).ThenBy(one => one.Name, StringComparer.Ordinal),
        ];
        return new ShiftOutcome(_licenses, [.. _hours], [.. refused])
        {
            Refusals = _refusals.Sum(),
            RefusedWithoutMachine = _without,
            BufferUses = Times(_uses),
            Overruns = Times(_overruns),
            Blocks = Times(_blocks),
        };

        // An overrun is a tick after its hour (B423); people read minutes.
        ValueArray<DateTime> Times(SortedSet<DateTimeOffset> times) =>
            times.Select(time => _plan.Start.ToDateTime(default).AddMinutes(Math.Floor((time - _midnight).TotalMinutes))).ToValueArray();
    }

    private void Leave(int person)
    {
        if (_sessions[person] is { } session)
        {
            Decide(new Command.EndSession(session));
            _sessions[person] = null;
            _active--;
        }

        _waits.Remove(person);
    }

    private bool Come(int person)
    {
        int user = _tenant.FindUser(_users[person]);
        ValueArray<int> rows = _tenant.Fleet.OfUser(user);
        CloudPc? row = rows.Count == 0 ? null : _tenant.Fleet.CloudPcs[rows[0]];
        if (row is { IsUsable: true })
        {
            Guid session = Id(2, _started++);
            Decide(new Command.StartSession(session, _users[person], row.Id));
            if (_tenant.Fleet.Sessions.ContainsKey(session))
            {
                _sessions[person] = session;
                _active++;
                _waits.Remove(person);
                return true;
            }
        }
        else
        {
            _without++;
        }

        _refusals[person]++;
        _waits.Add(person);
        ref ShiftHour hour = ref _hours[_at / MinutesOfHour];
        hour = hour with { Refusals = hour.Refusals + 1 };
        return false;
    }

    // Sessions last from event to event; an hour gets its part of the minutes.
    private void PassTo(int minute)
    {
        while (_at < minute)
        {
            ref ShiftHour hour = ref _hours[_at / MinutesOfHour];
            int until = Math.Min(minute, ((_at / MinutesOfHour) + 1) * MinutesOfHour);
            hour = hour with { SessionMinutes = hour.SessionMinutes + (_active * (until - _at)) };
            _at = until;
            Note();
        }
    }

    private void Note()
    {
        if (_at == _hours.Length * MinutesOfHour)
        {
            return;
        }

        ref ShiftHour hour = ref _hours[_at / MinutesOfHour];
        hour = hour with
        {
            MostSessions = Math.Max(hour.MostSessions, _active),
            MostInBuffer = Math.Max(hour.MostInBuffer, Math.Max(0, _active - _licenses)),
            MostWaiting = Math.Max(hour.MostWaiting, _waits.Count),
        };
    }

    // A refusal is an outcome here; everything else that is refused is a fault of this program.
    private void Decide(Command command)
    {
        switch (Deciding.Decide(_tenant, command, new DecisionContext(_midnight.AddMinutes(_at), Actor.Berth)))
        {
            case Decision.Accepted accepted:
                _tenant = accepted.Next;
                break;
            case Decision.Refused refused:
                throw new InvalidOperationException($"The simulation's own {command.GetType().Name} was refused: {refused.Refusal.Code}.");
        }

        ConcurrencyBuffer buffer = _tenant.Frontline.Buffers.GetValueOrDefault(_servicePlan.Index, ConcurrencyBuffer.Unused);
        _uses.UnionWith(buffer.Uses);
        _overruns.UnionWith(buffer.Overruns);
        _blocks.UnionWith(buffer.Blocks);
    }

    private void Found(SkuCatalog catalog)
    {
        Sku sku = catalog.Skus.First(one => one.Plans.Contains(_servicePlan.Index));
        Guid group = Id(3, 0), policy = Id(3, 1);
        Decide(new Command.CreateTenant(new TenantProfile(Id(3, 2), "Shifts", "shifts.example", "US", TenantKind.Emulator, default), catalog));
        Decide(new Command.UpdateSettings(TenantSettings.Default with { BufferExcess = _plan.BufferExcess, IntelligentPrestart = false }));
        Decide(new Command.CreateSubscription(Id(3, 3), sku.Id, _licenses, SubscriptionStatus.Enabled, false));
        Decide(new Command.CreateGroup(new GroupProfile(group, "People who work in shifts", null, "shifts", false, true, [], null, default), []));
        ImportLine[] lines =
        [
            .. _users.Select((id, i) => new ImportLine.OfUser(i + 1, new User(id, $"{id:N}@shifts.example", _plan.People[i].Name, "person", true, null, default, default))),
            .. _users.Select((id, i) => new ImportLine.OfMember(_users.Length + i + 1, group, id)),
        ];
        foreach (ImportLine[] some in lines.Chunk(Command.ImportDirectory.MostLines))
        {
            Decide(new Command.ImportDirectory([.. some]));
        }

        Decide(new Command.CreatePolicy(new ProvisioningPolicy(policy, "Shifts")
        {
            ProvisioningType = ProvisioningType.SharedByUser,
            ImageId = _image,
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, DomainJoin.AutomaticRegion, null)],
        }));
        Decide(new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, _servicePlan.Id, "Shifts", _licenses)]));
    }

    private static Guid Id(short kind, int number) => new(number, kind, 0x4B65, 0xB0, 0, 0, 0, 0, 0, 0, 0);
}
