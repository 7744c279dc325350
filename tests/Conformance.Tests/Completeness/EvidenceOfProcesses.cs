using System.Runtime.CompilerServices;
using Berth.Conformance.Tests.Process;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>What running processes show goes into <see cref="Evidence"/>.</summary>
internal static class EvidenceOfProcesses
{
    [ModuleInitializer]
    internal static void Gather()
    {
        BerthProcess.Ran += static arguments => Evidence.OfCommandLine(arguments);
        BerthProcess.Left += static database => Evidence.OfJournal(database);
        BerthProcess.Watch = static wire => new Observer(wire);
    }
}
