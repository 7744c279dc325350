using Berth.Bench.Http;
using Berth.Bench.Scale;

namespace Berth.Bench;

/// <summary>Every row of the table of what is fast enough, in one run, ended by the table.</summary>
internal static class TableBench
{
    /// <param name="args">The program, published with ReadyToRun.</param>
    public static async Task<int> Run(string[] args)
    {
        if (args.Length != 1)
        {
            await Console.Error.WriteLineAsync("usage: berth-bench table PROGRAM   (published: dotnet publish src/Berth -c Release, then artifacts/publish/Berth/release/berth)");
            return 2;
        }

        string program = args[0];

        // Each part is gone before the next begins: in one process they would share its heap.
        foreach (Func<Task<int>> part in (Func<Task<int>>[])
            [() => EngineBench.Run([]), () => PlanBench.Run([]), () => RecoveryBench.Run([]), () => LedgerBench.Run([]), () => HttpBench.Run([program]), () => GroupBench.Run(["1000000", program]), () => FailoverBench.Run([program])])
        {
            await part();
            EngineBench.Memory();
        }

        Row.Print();
        return 0;
    }
}
