using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Berth.Bench.Http;

/// <summary>What a round of load measured.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="P50">Half the answers came within this time.</param>
/// <param name="P99">All but one in a hundred came within this time.</param>
/// <param name="Bytes">The size of one answer's body.</param>
/// <param name="Cpu">Processor time of client and server for one answer: unlike the rate it does not depend on what else the machine does.</param>
/// <param name="Longest">The slowest one.</param>
/// <param name="Served">Processor time of the servers alone for one answer.</param>
internal readonly record struct Round(double PerSecond, TimeSpan P50, TimeSpan P99, int Bytes, TimeSpan Cpu, TimeSpan Longest, TimeSpan Served)
{
    /// <summary>All but one in a thousand came within this time.</summary>
    public TimeSpan P999 { get; init; }

    /// <summary>The mean.</summary>
    public TimeSpan Mean { get; init; }
}

/// <summary>
/// A load generator that costs little: each connection is a socket that writes one ready request and waits for its answer. It shares the
/// machine with the server, so only ratios of two rounds mean anything.
/// </summary>
internal static class Load
{
    /// <summary>Sends requests over some connections for some time; every answer must have the status.</summary>
    /// <param name="server">Where.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="duration">How long.</param>
    /// <param name="requests">The requests of a connection, by its number; it goes through them round and round.</param>
    /// <param name="status">What must come back.</param>
    public static Task<Round> Run(Child server, int connections, TimeSpan duration, Func<int, byte[][]> requests, int status) => Run([server], connections, duration, requests, status);

    /// <summary>The same at several servers, among which the connections are dealt out.</summary>
    public static async Task<Round> Run(IReadOnlyList<Child> servers, int connections, TimeSpan duration, Func<int, byte[][]> requests, int status)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long start = Stopwatch.GetTimestamp();
        TimeSpan own = Environment.CpuUsage.TotalTime, cpu = Cpu(servers);
        (List<long> Times, int Bytes)[] all = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Connection(servers[i % servers.Count].Address, requests(i), end, int.MaxValue, status))));
        return Of(all, Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - own, Cpu(servers) - cpu);
    }

    /// <summary>Sends each of some requests once, one after the other.</summary>
    public static async Task<Round> Once(Child server, byte[][] requests, int status)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan own = Environment.CpuUsage.TotalTime, cpu = server.Cpu;
        (List<long> Times, int Bytes) all = await Task.Run(() => Connection(server.Address, requests, long.MaxValue, requests.Length, status));
        return Of([all], Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - own, server.Cpu - cpu);
    }

    private static Round Of((List<long> Times, int Bytes)[] all, TimeSpan took, TimeSpan own, TimeSpan cpu)
    {
        long[] times = [.. all.SelectMany(one => one.Times)];
        Array.Sort(times);
        return new Round(times.Length / took.TotalSeconds, At(0.5), At(0.99), all[0].Bytes, (own + cpu) / times.Length, At(1), cpu / times.Length)
        {
            P999 = At(0.999), Mean = TimeSpan.FromSeconds(times.Average() / Stopwatch.Frequency),
        };

        TimeSpan At(double part) => TimeSpan.FromSeconds(times[(int)((times.Length - 1) * part)] / (double)Stopwatch.Frequency);
    }

    private static TimeSpan Cpu(IReadOnlyList<Child> servers) => servers.Aggregate(TimeSpan.Zero, static (sum, server) => sum + server.Cpu);

    /// <summary>An HTTP request as bytes.</summary>
    public static byte[] Request(string method, string path, string? token = null, string? json = null) => System.Text.Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}"
        + (json is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    private static async Task<(List<long> Times, int Bytes)> Connection(Uri server, byte[][] requests, long end, int most, int status)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port);
        byte[] buffer = new byte[256 * 1024];
        List<long> times = new(100_000);
        int bytes = 0;
        for (int i = 0; times.Count == 0 || (times.Count < most && Stopwatch.GetTimestamp() < end); i++)
        {
            long from = Stopwatch.GetTimestamp();
            await socket.SendAsync(requests[i % requests.Length]);
            int have = 0, body = -1;
            while (body < 0)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(have));
                if (read == 0)
                {
                    throw new IOException("The server closed the connection.");
                }

                have += read;
                body = Body(buffer.AsSpan(0, have));
            }

            if (!Utf8Parser.TryParse(buffer.AsSpan(9), out int got, out _) || got != status)
            {
                throw new IOException($"{status} was expected: {System.Text.Encoding.UTF8.GetString(buffer, 0, have)}");
            }

            bytes = body;
            times.Add(Stopwatch.GetTimestamp() - from);
        }

        return (times, bytes);
    }

    // The size of the body when all of it is there, else -1. Bare Kestrel sends JSON in chunks, Berth with its length.
    private static int Body(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8) + 4;
        if (head < 4)
        {
            return -1;
        }

        ReadOnlySpan<byte> name = "Content-Length: "u8;
        int at = answer[..head].IndexOf(name);
        if (at < 0)
        {
            return answer.EndsWith("\r\n0\r\n\r\n"u8) ? answer.Length - head : -1;
        }

        return Utf8Parser.TryParse(answer[(at + name.Length)..], out int length, out _) && answer.Length >= head + length ? length : -1;
    }
}
