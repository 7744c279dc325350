using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Bench.Scale;

/// <summary>One round of load at a real node or cluster. Times are microseconds.</summary>
/// <param name="Nodes">How many processes of Berth.</param>
/// <param name="Writes">Whether it wrote (durable assignLicense) or read (licenseDetails).</param>
/// <param name="Callers">Connections, each with one request under way.</param>
/// <param name="Tenants">The tenants they went to, spread evenly over the nodes.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Mean">The mean latency.</param>
/// <param name="P50">Half the answers came within it.</param>
/// <param name="P99">All but one in a hundred came within it.</param>
/// <param name="NodeCpu">Processor time of the nodes for an answer.</param>
/// <param name="CallerCpu">Processor time of the load generator for an answer.</param>
/// <param name="DatabaseCpu">Processor time of PostgreSQL for an answer.</param>
internal sealed record Point(int Nodes, bool Writes, int Callers, int Tenants, double PerSecond, double Mean, double P50, double P99, double NodeCpu, double CallerCpu, double DatabaseCpu);

/// <summary>What parts cost by themselves. Times are microseconds.</summary>
/// <param name="Decide">To decide an assignment on the writer's one thread.</param>
/// <param name="CommitOfNode">Processor time of a node for a commit.</param>
/// <param name="CommitOfNodeRow">The same for each row of it.</param>
/// <param name="CommitOfDatabase">Processor time of PostgreSQL for a commit.</param>
/// <param name="CommitOfDatabaseRow">The same for each row of it.</param>
/// <param name="Flush">What a commit of one row takes beyond processor time: the disk, and waking up.</param>
/// <param name="TendOfNode">Processor time that a node of a cluster takes in a second with nobody there.</param>
/// <param name="TendOfNodeTenant">The same for each tenant of the installation.</param>
/// <param name="TendOfDatabase">What such a node costs PostgreSQL in a second.</param>
/// <param name="TendOfDatabaseTenant">The same for each tenant of the installation.</param>
internal sealed record Parts(
    double Decide, double CommitOfNode, double CommitOfNodeRow, double CommitOfDatabase, double CommitOfDatabaseRow, double Flush,
    double TendOfNode, double TendOfNodeTenant, double TendOfDatabase, double TendOfDatabaseTenant);

/// <summary>What <c>bench cluster</c> measured, as <c>bench simulate</c> reads it.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Cores">Of the one machine on which everything ran.</param>
/// <param name="Parts">What parts cost.</param>
/// <param name="Points">The rounds.</param>
internal sealed record Measured(DateTime At, int Cores, Parts Parts, Point[] Points)
{
    /// <summary>Where it lies when nothing else is said.</summary>
    public static string File => Path.Combine(GroupBench.Repository, "artifacts", "bench", "cluster.json");

    /// <summary>Reads a file.</summary>
    public static Measured Read(string path) => JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), MeasuredJson.Default.Measured)!;

    /// <summary>Writes it.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, MeasuredJson.Default.Measured));
    }

    /// <summary>A round.</summary>
    public Point Of(int nodes, bool writes, int callers) => Points.Single(point => point.Nodes == nodes && point.Writes == writes && point.Callers == callers);
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Measured))]
internal sealed partial class MeasuredJson : JsonSerializerContext;
