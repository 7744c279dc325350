namespace Berth.Bench.Scale;

/// <summary>What a request costs where it passes. Times are microseconds.</summary>
/// <param name="Read">Processor time of the node with the tenant for a read.</param>
/// <param name="Write">The same for a write, without deciding and committing it.</param>
/// <param name="Forward">Processor time of two nodes together for sending a request on.</param>
/// <param name="Caller">Processor time of whoever asks.</param>
/// <param name="Wake">Processor time to wake whoever sleeps because there was nothing to do.</param>
internal sealed record Costs(double Read, double Write, double Forward, double Caller, double Wake);

/// <summary>The one machine on which nodes, database and callers are together.</summary>
/// <param name="Cores">Its cores.</param>
/// <param name="Pace">How long something takes there that takes one unit of processor time.</param>
internal sealed record OneMachine(int Cores, double Pace);

/// <summary>Nodes of one database, and who asks them: a request comes to any node, which sends it to the one with the tenant (ClusterEdge); a read is answered there, a write waits for its writer.</summary>
internal sealed class Cell
{
    private const double TendEvery = 500_000;

    private readonly Simulation _simulation = new();
    private readonly Random _random;
    private readonly Costs _costs;
    private readonly Machine[] _machines;
    private readonly Sleeper[] _nodes;
    private readonly Writer[] _writers;
    private readonly Sleeper _callers;
    private double _from;

    private Cell(Costs costs, Parts parts, int nodes, int tenants, int seed, OneMachine? shared, int cores, int databaseCores)
    {
        _random = new Random(seed);
        _costs = costs;

        // Everything on the one machine that it was measured on, or each on its own.
        Machine? everything = shared is null ? null : new Machine(_simulation, shared.Cores, shared.Pace);
        _machines = [.. Enumerable.Range(0, nodes).Select(_ => everything ?? new Machine(_simulation, cores))];
        Database = everything ?? new Machine(_simulation, databaseCores);
        _callers = new Sleeper(everything ?? new Machine(_simulation, int.MaxValue), costs.Wake);
        Log = new Flusher(_simulation, parts.Flush);
        _nodes = [.. _machines.Select(machine => new Sleeper(machine, costs.Wake))];
        _writers = [.. _machines.Select(machine => new Writer(_simulation, parts, new Sleeper(machine, costs.Wake), new Sleeper(machine, costs.Wake), Database, Log))];
        if (nodes > 1)
        {
            foreach (Machine machine in _machines)
            {
                _simulation.After(_random.NextDouble() * TendEvery, () => Tend(machine));
            }
        }

        void Tend(Machine machine)
        {
            _simulation.After(TendEvery, () => Tend(machine));
            machine.Work((parts.TendOfNode + (tenants * parts.TendOfNodeTenant)) * (TendEvery / 1e6), static () => { });
            Database.Work((parts.TendOfDatabase + (tenants * parts.TendOfDatabaseTenant)) * (TendEvery / 1e6), static () => { });
        }
    }

    /// <summary>The database's machine.</summary>
    public Machine Database { get; }

    /// <summary>The database's log.</summary>
    public Flusher Log { get; }

    /// <summary>The latencies of reads, sorted once it has run.</summary>
    public List<double> Reads { get; } = [];

    /// <summary>The same of writes.</summary>
    public List<double> Writes { get; } = [];

    /// <summary>How long it was measured.</summary>
    public double Measured { get; private set; }

    /// <summary>The share of time in which the cores of a node worked: of the mean, and of the busiest.</summary>
    public (double Mean, double Most) Nodes => (_machines.Average(machine => machine.Used / machine.Cores / _simulation.Now), _machines.Max(machine => machine.Used / machine.Cores / _simulation.Now));

    /// <summary>The share of time in which the busiest writer decided, and in which one had a commit under way.</summary>
    public (double Deciding, double Committing) Writer => (_writers.Max(writer => writer.Deciding) / _simulation.Now, _writers.Max(writer => writer.Committing) / _simulation.Now);

    /// <summary>The commands of a commit, in the mean.</summary>
    public double Batch => _writers.Sum(writer => writer.Committed) / (double)Math.Max(1, _writers.Sum(writer => writer.Commits));

    /// <summary>The share of time in which the database's cores worked, and in which its log was flushed.</summary>
    public (double Cores, double Log) Store => (Database.Used / Database.Cores / _simulation.Now, Log.Used / _simulation.Now);

    /// <summary>Callers who send the next request when the last is answered, at nodes that are all on one machine.</summary>
    public static Cell Closed(Costs costs, Parts parts, int nodes, int tenants, int callers, bool writes, OneMachine shared, double seconds, int seed)
    {
        Cell cell = new(costs, parts, nodes, tenants, seed, shared, shared.Cores, shared.Cores);
        for (int i = 0; i < callers; i++)
        {
            int at = i % nodes;
            void Next() => cell.Ask(at, cell._random.Next(nodes), writes, Next);
            cell._simulation.After(i, Next);
        }

        return cell.Run(seconds);
    }

    /// <summary>Requests that come at random times, so many a second, to tenants by their size; each node is a machine of its own.</summary>
    /// <param name="costs">What a request costs.</param>
    /// <param name="parts">What parts cost.</param>
    /// <param name="shares">The people at each node: requests go by them.</param>
    /// <param name="tenants">The tenants of the database.</param>
    /// <param name="reads">Reads a second.</param>
    /// <param name="writes">Writes a second.</param>
    /// <param name="cores">Of a node.</param>
    /// <param name="databaseCores">Of the database.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="seed">Which random numbers.</param>
    public static Cell Open(Costs costs, Parts parts, double[] shares, int tenants, double reads, double writes, int cores, int databaseCores, double seconds, int seed)
    {
        Cell cell = new(costs, parts, shares.Length, tenants, seed, null, cores, databaseCores);
        double[] upTo = new double[shares.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            upTo[i] = shares[i] + (i > 0 ? upTo[i - 1] : 0);
        }

        int Owner()
        {
            int at = Array.BinarySearch(upTo, cell._random.NextDouble() * upTo[^1]);
            return Math.Min(at < 0 ? ~at : at, shares.Length - 1);
        }

        void Arrive()
        {
            cell._simulation.After(-Math.Log(1 - cell._random.NextDouble()) * 1e6 / (reads + writes), Arrive);
            cell.Ask(cell._random.Next(shares.Length), Owner(), cell._random.NextDouble() * (reads + writes) < writes, static () => { });
        }

        cell._simulation.After(0, Arrive);
        return cell.Run(seconds);
    }

    /// <summary>A latency that a part of the sorted ones are within.</summary>
    public static double At(List<double> sorted, double part) => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * part)];

    private Cell Run(double seconds)
    {
        // What came before the queues were as they stay does not count.
        double warm = seconds * 1e5;
        _from = warm;
        _simulation.Run(warm + (seconds * 1e6));
        Measured = seconds * 1e6;
        Reads.Sort();
        Writes.Sort();
        return this;
    }

    private void Ask(int edge, int owner, bool writes, Action next)
    {
        double began = _simulation.Now;
        _callers.Work(_costs.Caller / 2, () =>
        {
            if (edge == owner)
            {
                Serve(Leave);
            }
            else
            {
                _nodes[edge].Work(_costs.Forward / 2, () => Serve(() => _nodes[edge].Work(_costs.Forward / 2, Leave)));
            }
        });

        void Serve(Action then)
        {
            if (writes)
            {
                _nodes[owner].Work(_costs.Write / 2, () => _writers[owner].Submit(() => _nodes[owner].Work(_costs.Write / 2, then)));
            }
            else
            {
                _nodes[owner].Work(_costs.Read, then);
            }
        }

        void Leave() => _callers.Work(_costs.Caller / 2, () =>
        {
            if (began >= _from)
            {
                (writes ? Writes : Reads).Add(_simulation.Now - began);
            }

            next();
        });
    }
}
