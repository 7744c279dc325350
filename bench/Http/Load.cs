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
internal readonly record struct Round(double PerSecond, TimeSpan P50, TimeSpan P99, int Bytes, TimeSpan Cpu, TimeSpan Longest);

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
    public static async Task<Round> Run(Child server, int connections, TimeSpan duration, Func<int, byte[][]> requests, int status)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = server.Cpu + Environment.CpuUsage.TotalTime;
        (List<long> Times, int Bytes)[] all = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Connection(server.Address, requests(i), end, status))));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        cpu = server.Cpu + Environment.CpuUsage.TotalTime - cpu;
        long[] times = [.. all.SelectMany(one => one.Times)];
        Array.Sort(times);
        return new Round(times.Length / seconds, At(0.5), At(0.99), all[0].Bytes, cpu / times.Length, At(1));

        TimeSpan At(double part) => TimeSpan.FromSeconds(times[(int)((times.Length - 1) * part)] / (double)Stopwatch.Frequency);
    }

    /// <summary>An HTTP request as bytes.</summary>
    public static byte[] Request(string method, string path, string? token = null, string? json = null) => System.Text.Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}"
        + (json is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    private static async Task<(List<long> Times, int Bytes)> Connection(Uri server, byte[][] requests, long end, int status)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port);
        byte[] buffer = new byte[256 * 1024];
        List<long> times = new(100_000);
        int bytes = 0;
        for (int i = 0; times.Count == 0 || Stopwatch.GetTimestamp() < end; i++)
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
