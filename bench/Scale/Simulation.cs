namespace Berth.Bench.Scale;

/// <summary>A simulation by events: what happens next happens, in the order of its time and then of its asking; there is no clock but its own. Times are microseconds.</summary>
internal sealed class Simulation
{
    private readonly PriorityQueue<Action, (double At, long Order)> _events = new();
    private long _order;

    /// <summary>The time.</summary>
    public double Now { get; private set; }

    /// <summary>Has something happen after a while.</summary>
    public void After(double delay, Action then) => _events.Enqueue(then, (Now + delay, _order++));

    /// <summary>Goes on until a time.</summary>
    public void Run(double until)
    {
        while (_events.TryPeek(out _, out (double At, long Order) next) && next.At <= until)
        {
            Action then = _events.Dequeue();
            Now = next.At;
            then();
        }

        Now = until;
    }
}

/// <summary>A machine: some cores, and one queue before them.</summary>
/// <param name="simulation">Where it stands.</param>
/// <param name="cores">Its cores.</param>
/// <param name="pace">How long something takes that takes one unit of processor time: above 1 where others use the cores too.</param>
internal sealed class Machine(Simulation simulation, int cores, double pace = 1)
{
    private readonly Queue<(double Time, Action Then)> _waiting = new();
    private int _busy;

    /// <summary>Processor time used so far.</summary>
    public double Used { get; private set; }

    /// <summary>Its cores.</summary>
    public int Cores => cores;

    /// <summary>Works for a while, once a core is free.</summary>
    public void Work(double time, Action then)
    {
        if (_busy == cores)
        {
            _waiting.Enqueue((time, then));
            return;
        }

        _busy++;
        Begin(time, then);
    }

    private void Begin(double time, Action then)
    {
        Used += time;
        simulation.After(time * pace, () =>
        {
            if (_waiting.TryDequeue(out (double Time, Action Then) next))
            {
                Begin(next.Time, next.Then);
            }
            else
            {
                _busy--;
            }

            then();
        });
    }
}

/// <summary>A process, or a thread with a queue of its own: when it has nothing to do it sleeps, and whoever gives it something then wakes it, which is work as well.</summary>
/// <param name="machine">Where it runs.</param>
/// <param name="wake">What waking takes.</param>
internal sealed class Sleeper(Machine machine, double wake)
{
    private int _given;

    /// <summary>Works for a while, and a little longer when it sleeps.</summary>
    public void Work(double time, Action then)
    {
        double more = _given++ == 0 ? wake : 0;
        machine.Work(time + more, () =>
        {
            // Whatever it goes on with at once, it does not sleep in between.
            then();
            _given--;
        });
    }
}

/// <summary>The log of a database: one flush at a time, and whoever waits when it begins is in it.</summary>
internal sealed class Flusher(Simulation simulation, double time)
{
    private List<Action> _waiting = [];
    private bool _isBusy;

    /// <summary>Time spent flushing so far.</summary>
    public double Used { get; private set; }

    /// <summary>Waits for the next flush that begins.</summary>
    public void Flush(Action then)
    {
        _waiting.Add(then);
        if (!_isBusy)
        {
            Begin();
        }
    }

    private void Begin()
    {
        List<Action> these = _waiting;
        _waiting = [];
        _isBusy = true;
        Used += time;
        simulation.After(time, () =>
        {
            _isBusy = false;
            if (_waiting.Count > 0)
            {
                Begin();
            }

            these.ForEach(static then => then());
        });
    }
}

/// <summary>The one writer of a node (GroupCommit): it decides one command after the other; what it has decided is committed as soon as no commit is under way, and it decides on meanwhile.</summary>
internal sealed class Writer(Simulation simulation, Parts parts, Sleeper decider, Sleeper committer, Machine database, Flusher log)
{
    private const int MostOfBatch = 1024;

    private readonly Queue<Action> _arrived = new();
    private List<Action> _decided = [];
    private bool _isDeciding;
    private bool _isCommitting;
    private double _began;

    /// <summary>Time spent deciding so far: one thread does it.</summary>
    public double Deciding { get; private set; }

    /// <summary>Time in which a commit was under way.</summary>
    public double Committing { get; private set; }

    /// <summary>Commits so far.</summary>
    public int Commits { get; private set; }

    /// <summary>Commands committed so far.</summary>
    public int Committed { get; private set; }

    /// <summary>Submits a command; then it is durable.</summary>
    public void Submit(Action then)
    {
        _arrived.Enqueue(then);
        Decide();
    }

    private void Decide()
    {
        if (_isDeciding || _arrived.Count == 0 || _decided.Count >= MostOfBatch)
        {
            return;
        }

        _isDeciding = true;
        Deciding += parts.Decide;
        decider.Work(parts.Decide, () =>
        {
            _decided.Add(_arrived.Dequeue());
            _isDeciding = false;
            Commit();
            Decide();
        });
    }

    private void Commit()
    {
        if (_isCommitting || _decided.Count == 0)
        {
            return;
        }

        List<Action> batch = _decided;
        _decided = [];
        _isCommitting = true;
        _began = simulation.Now;
        Commits++;
        Committed += batch.Count;
        committer.Work(parts.CommitOfNode + (batch.Count * parts.CommitOfNodeRow), () =>
            database.Work(parts.CommitOfDatabase + (batch.Count * parts.CommitOfDatabaseRow), () =>
                log.Flush(() =>
                {
                    _isCommitting = false;
                    Committing += simulation.Now - _began;
                    batch.ForEach(static then => then());
                    Commit();
                    Decide();
                })));
    }
}
