using System.Reflection;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>Who may know whom: the table of docs/architecture.md.</summary>
public sealed class RoomDirections
{
    private static readonly Dictionary<string, string[]> _mayKnow = new()
    {
        ["Engine"] = [],
        ["Ledger"] = ["Engine"],
        ["Graph"] = ["Engine", "Ledger"],
        ["Connect"] = ["Engine"],
        ["Cluster"] = ["Ledger"],
        ["Portal"] = [],
        ["PowerShell"] = [],
        ["Berth"] = ["Engine", "Ledger", "Graph", "Connect", "Cluster", "Portal"],
        ["Oracle"] = [],
        ["Engine.Tests"] = ["Engine", "Oracle"],
        ["Conformance.Tests"] = ["Engine", "Ledger", "Graph", "Connect", "Cluster", "Portal", "PowerShell", "Berth", "ProcessAgent"],
        ["ProcessAgent"] = [],
        ["Portal.Tests"] = ["Berth"],
        ["Bench"] = ["Engine", "Ledger", "Graph", "Berth"],
    };

    /// <summary>The rooms of the engine, each of which knows those before it.</summary>
    private static readonly string[] _engineRooms = ["Collections", "Catalog", "Directory", "Licensing", "CloudPcs", "Frontline", "Alerts", "CloudApps", "Insight"];

    [Fact]
    public void A_room_references_only_rooms_it_may_know() =>
        Repository.Nothing(
            "A project reference against the directions in docs/architecture.md",
            Project.All.SelectMany(project => project.Rooms
                .Where(room => !_mayKnow.TryGetValue(project.Name, out string[]? allowed) || !allowed.Contains(room))
                .Select(room => $"{project.Name} -> {room}")));

    [Fact]
    public void Every_project_is_a_room_of_the_house_and_part_of_the_solution()
    {
        string solution = Repository.Read("Berth.slnx");
        Repository.Nothing(
            "A project without a place in docs/architecture.md or in Berth.slnx",
            Project.All.Where(project => !_mayKnow.ContainsKey(project.Name) || !solution.Contains($"\"{project.File}\"", StringComparison.Ordinal))
                .Select(project => project.File));
        Assert.Contains("<DisableTransitiveProjectReferences>true<", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_knows_nothing_but_the_base_library() =>
        Repository.Nothing(
            "A reference of the compiled engine that is not System",
            Foreign(Product.Engine).Where(name => name != "System" && !name.StartsWith("System.", StringComparison.Ordinal)));

    [Fact]
    public void The_ledger_knows_no_web_server_and_the_graph_room_no_database()
    {
        Repository.Nothing("A reference of the compiled ledger", Foreign(Product.Ledger).Where(name =>
            name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.Contains("OData", StringComparison.Ordinal)));
        Repository.Nothing("A reference of the compiled Graph room", Foreign(Product.Graph).Where(name =>
            name.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) || name is "Npgsql" or "System.Data.Common"));
    }

    [Fact]
    public void The_connect_room_knows_no_server_and_no_ready_made_client_of_Graph() =>
        Repository.Nothing("A reference of the compiled Connect room", Foreign(Product.Connect).Where(name =>
            name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("Microsoft.Graph", StringComparison.Ordinal) || name is "Berth.Ledger" or "Berth.Graph"));

    [Fact]
    public void The_PowerShell_module_is_one_assembly_that_meets_no_other_modules() =>
        Repository.Nothing("A reference of the compiled module that PowerShell itself does not bring", Foreign(Product.PowerShell).Where(name =>
            !name.StartsWith("System.", StringComparison.Ordinal) && name != "System"));

    [Fact]
    public void A_room_of_the_engine_knows_only_rooms_above_it()
    {
        HashSet<string> breaks = [];
        foreach (Type type in Product.Engine.GetTypes().Where(type => RoomOf(type) is not null))
        {
            breaks.UnionWith(TypeUses.Of(type)
                .Where(used => used.Assembly == Product.Engine && RoomOf(used) is { } room && !MayKnow(RoomOf(type)!, room))
                .Select(used => $"{type.FullName} uses {used.FullName}"));
        }

        Repository.Nothing("A room of the engine that looks down", breaks.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_namespace_of_the_engine_is_a_room() =>
        Repository.Nothing(
            "A namespace of the engine without a place among its rooms",
            Product.Engine.GetTypes().Select(RoomOf).OfType<string>().Distinct().Where(room => room.Length > 0 && !_engineRooms.Contains(room)));

    /// <summary>
    /// The engine's own namespace holds the tenant, its commands and its events. They are made of what the rooms define, all but Insight;
    /// the rooms that decide take a tenant as an argument, the three before them never heard of one.
    /// </summary>
    private static bool MayKnow(string room, string other) => (room, other) switch
    {
        ("", _) => other != "Insight",
        (_, "") => Array.IndexOf(_engineRooms, room) >= Array.IndexOf(_engineRooms, "Licensing"),
        _ => Array.IndexOf(_engineRooms, other) <= Array.IndexOf(_engineRooms, room),
    };

    private static string? RoomOf(Type type)
    {
        const string Engine = "Berth.Engine";
        return type.Namespace switch
        {
            Engine => "",
            { } name when name.StartsWith(Engine + ".", StringComparison.Ordinal) => name[(Engine.Length + 1)..].Split('.')[0],
            _ => null,
        };
    }

    private static IEnumerable<string> Foreign(Assembly room) => room.GetReferencedAssemblies().Select(reference => reference.Name!);
}
