using Berth.Engine;

namespace Berth.Ledger;

/// <summary>
/// Tenants that somebody has to themselves for a while, to look at them and to decide what takes long away from the writer's thread (B510): what others want of such
/// a tenant waits aside, in its order, and nothing waits of any other tenant. A turn is a courtesy and no lock: when too many wait it ends, and whoever decided on a
/// tenant that moved meanwhile is decided again. The writer's own.
/// </summary>
internal sealed class Turns
{
    /// <summary>The most commands that wait aside for one tenant; with one more its turn is over.</summary>
    internal const int MostAside = 4096;

    private readonly Dictionary<TenantDesk, (Turn Turn, Queue<IWork> Aside)> _held = [];
    private readonly Queue<IWork> _released = new();

    /// <summary>Whether something waited aside and need not any more.</summary>
    public bool HasReleased => _released.Count > 0;

    /// <summary>What waited aside and need not any more, before anything that came later.</summary>
    public bool TryRelease(out IWork work) => _released.TryDequeue(out work!);

    /// <summary>Whether something of a tenant must wait aside; it does from then on.</summary>
    public bool Holds(TenantDesk desk, Turn? own, IWork work)
    {
        if (!_held.TryGetValue(desk, out (Turn Turn, Queue<IWork> Aside) held) || ReferenceEquals(held.Turn, own))
        {
            return false;
        }

        held.Aside.Enqueue(work);
        if (held.Aside.Count > MostAside)
        {
            End(held.Turn);
        }

        return true;
    }

    /// <summary>Begins a turn at a tenant that nobody has, unless who wanted it has gone.</summary>
    public void Begin(Turn turn)
    {
        if (turn.IsOver)
        {
            return;
        }

        _held.Add(turn.Desk, (turn, new Queue<IWork>()));
        turn.Begun.SetResult(turn.Desk.Tip);
    }

    /// <summary>Ends a turn; one that is over already is no matter.</summary>
    public void End(Turn turn)
    {
        turn.IsOver = true;
        if (_held.TryGetValue(turn.Desk, out (Turn Turn, Queue<IWork> Aside) held) && ReferenceEquals(held.Turn, turn))
        {
            _held.Remove(turn.Desk);
            foreach (IWork work in held.Aside)
            {
                _released.Enqueue(work);
            }
        }
    }

    /// <summary>Ends every turn, for who stops.</summary>
    /// <returns>Whether something waited for that.</returns>
    public bool EndAll()
    {
        foreach ((Turn turn, _) in _held.Values.ToArray())
        {
            End(turn);
        }

        return HasReleased;
    }
}

/// <summary>A wish to have a tenant to oneself, and then the having.</summary>
internal sealed class Turn(TenantDesk desk) : IWork
{
    public TenantDesk Desk => desk;

    /// <summary>The writer's own: whether it is over, be it before it began.</summary>
    public bool IsOver { get; set; }

    /// <summary>The tenant with every decision, committed or not, once it stands still.</summary>
    public TaskCompletionSource<Tenant> Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The end of a turn.</summary>
internal sealed class TurnEnd(Turn turn) : IWork
{
    public Turn Turn => turn;
}

/// <summary>A command that was decided in a turn.</summary>
/// <param name="Turn">The turn.</param>
/// <param name="Tenant">The tenant that it was decided on.</param>
/// <param name="Decision">The decision.</param>
/// <param name="At">The system's time then.</param>
internal sealed record DecidedAhead(Turn Turn, Tenant Tenant, Decision Decision, DateTimeOffset At);
