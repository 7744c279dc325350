using Microsoft.Extensions.Logging.Console;

namespace Berth.Telemetry;

/// <summary>How a line of the log is written (B782).</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One object of JSON a line, with the time in UTC, for programs that collect logs.</summary>
    Json,
}

/// <summary>The log, which goes to the error stream.</summary>
internal static class Logs
{
    /// <summary>The category of the line that a request gets at the level <see cref="LogLevel.Information"/>.</summary>
    public const string Requests = "Berth.Requests";

    /// <summary>
    /// Writes what is at least as grave as asked. Below a warning only Berth itself is heard: what libraries tell of requests has whole addresses in it.
    /// </summary>
    public static void Configure(ILoggingBuilder logging, LogFormat format, LogLevel level)
    {
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        }
        else
        {
            logging.AddSimpleConsole(console => console.SingleLine = true);
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(level > LogLevel.Warning ? level : LogLevel.Warning);
        logging.AddFilter("Berth", level);

        // While it may say anything, each request gets an activity and a scope of its own, traced or not (B781).
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A start that fails is told once, in one line, by Run.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        // What became of a request that was sent on is told to whoever sent it; that a node has gone is told once.
        logging.AddFilter("Yarp", LogLevel.None);
    }
}
