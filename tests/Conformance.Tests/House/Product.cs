using System.Reflection;
using System.Runtime.CompilerServices;
using Berth.Engine;

namespace Berth.Conformance.Tests.House;

/// <summary>The compiled product: one assembly a room.</summary>
internal static class Product
{
    public static Assembly Engine { get; } = typeof(Tenant).Assembly;

    public static Assembly Ledger { get; } = Assembly.Load("Berth.Ledger");

    public static Assembly Graph { get; } = Assembly.Load("Berth.Graph");

    public static Assembly Connect { get; } = Assembly.Load("Berth.Connect");

    public static Assembly PowerShell { get; } = Assembly.Load("Berth.PowerShell");

    public static Assembly Program { get; } = Assembly.Load("berth");

    /// <summary>Every type that somebody wrote.</summary>
    public static IEnumerable<Type> Types => new[] { Engine, Ledger, Graph, Connect, PowerShell, Program }
        .SelectMany(room => room.GetTypes())
        .Where(type => !type.Name.Contains('<') && !type.IsDefined(typeof(CompilerGeneratedAttribute)));
}
