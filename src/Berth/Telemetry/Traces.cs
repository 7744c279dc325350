using Berth.Ledger;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Berth.Telemetry;

/// <summary>Traces of requests and commits, sent by OTLP where somebody asked for them (B781); otherwise nothing is traced.</summary>
internal static class Traces
{
    /// <summary>How the program is called where traces of several programs meet.</summary>
    public const string ServiceName = "berth";

    /// <summary>Where OTLP over HTTP takes traces, below the collector's address (OpenTelemetry Protocol 1.x, "OTLP/HTTP Request").</summary>
    private const string TracesPath = "v1/traces";

    /// <summary>Registers the sources and the exporter.</summary>
    /// <param name="services">The services of the server.</param>
    /// <param name="collector">The address of a collector that takes OTLP over HTTP, such as <c>http://127.0.0.1:4318</c>.</param>
    public static void AddTraces(this IServiceCollection services, Uri collector) =>
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: typeof(Traces).Assembly.GetName().Version?.ToString(3)))
            .WithTracing(traces => traces
                .AddSource(LedgerTelemetry.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = static context => !IsProbe(context.Request.Path))
                .AddOtlpExporter(otlp =>
                {
                    otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                    otlp.Endpoint = Below(collector);
                }));

    // What asks every few seconds tells nothing.
    private static bool IsProbe(PathString path) => path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);

    private static Uri Below(Uri collector) => new(collector.AbsoluteUri.EndsWith('/') ? collector : new Uri(collector.AbsoluteUri + "/"), TracesPath);
}
