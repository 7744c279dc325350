using System.CommandLine;
using System.Globalization;
using System.Text;
using Berth.CommandLine.Client.Wire;
using Berth.Engine.Catalog;

namespace Berth.CommandLine.Client.Licenses;

/// <summary><c>berth catalog</c>: the SKUs and plans that a Berth knows. Only a Berth has a catalog, so these commands use its own interface.</summary>
internal static class CatalogCommands
{
    private const string Path = "/berth/v1/catalog";

    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Argument<string?> search = new("TEXT") { Description = "Show only SKUs whose part number, product name or id contains this.", Arity = ArgumentArity.ZeroOrOne };
        Command list = new("list", "List the SKUs of the catalog, with their service plans as JSON.") { search };
        list.Does(options, (session, parsed, cancel) => ListAsync(session, parsed.GetValue(search), cancel));

        Argument<FileInfo> file = new("FILE") { Description = "A product-names table as Microsoft publishes it (CSV)." };
        Command import = new("import", "Bring the catalog up to date: new SKUs, plans and names. Nothing is removed, and nobody's licenses change.") { file };
        import.Does(options, (session, parsed, cancel) => ImportAsync(session, parsed.GetValue(file)!, cancel));
        return new Command("catalog", "The SKUs and service plans that Berth knows.") { list, import };
    }

    private static async Task<int> ListAsync(Session session, string? search, CancellationToken cancel)
    {
        Reply<List<WireCatalogSku>> reply = await session.Graph.GetAllAsync(Path, WireJson.Default.PageWireCatalogSku, cancel).ConfigureAwait(false);
        if (!reply.Is(out List<WireCatalogSku>? all, out GraphRefusal? refusal))
        {
            return Refused(session, refusal);
        }

        WireCatalogSku[] skus =
        [
            .. all.Where(sku => search is null || new[] { sku.SkuPartNumber, sku.ProductName, $"{sku.SkuId}" }.Any(text => text.Contains(search, StringComparison.OrdinalIgnoreCase)))
                .OrderBy(sku => sku.SkuPartNumber, StringComparer.OrdinalIgnoreCase),
        ];
        if (session.Screen.Json)
        {
            session.Screen.Write(
                new CatalogAnswer([.. skus.Select(sku => new CatalogSkuAnswer(
                    sku.SkuId,
                    sku.SkuPartNumber,
                    sku.ProductName,
                    [.. sku.ServicePlans.Select(plan => new CatalogPlanAnswer(plan.ServicePlanId, plan.ServicePlanName, plan.FriendlyName))]))]),
                AnswerJson.Default.CatalogAnswer);
        }

        session.Screen.Table(
            ["SKU", "Product", "Plans", "Id"],
            [.. skus.Select(sku => new[] { sku.SkuPartNumber, sku.ProductName, sku.ServicePlans.Count.ToString(CultureInfo.InvariantCulture), $"{sku.SkuId}" })]);
        return ExitCode.Done;
    }

    private static async Task<int> ImportAsync(Session session, FileInfo file, CancellationToken cancel)
    {
        (string? text, string? problem) = await ReadTextAsync(file, cancel).ConfigureAwait(false);
        if (text is null)
        {
            session.Screen.Warn($"{problem} Nothing was imported.");
            return ExitCode.BadUsage;
        }

        if (CatalogCsv.Read(text) is CatalogCsv.Unreadable bad)
        {
            session.Screen.Warn($"{file.Name}, line {bad.Line}: {bad.Problem} Nothing was imported.");
            return ExitCode.BadUsage;
        }

        GraphCall call = new(HttpMethod.Post, $"{Path}/import", Encoding.UTF8.GetBytes(text)) { ContentType = "text/csv" };
        GraphAnswer answer = await session.Graph.SendAsync(call, cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            return Refused(session, GraphRefusal.Of(answer));
        }

        WireCatalogImported done = answer.Read(WireJson.Default.WireCatalogImported);
        if (session.Screen.Json)
        {
            session.Screen.Write(new CatalogImportAnswer(done.Rows, done.Skus, done.ServicePlans), AnswerJson.Default.CatalogImportAnswer);
        }

        session.Screen.Say(string.Create(
            CultureInfo.InvariantCulture, $"Imported {done.Rows} rows: the catalog has {done.Skus} SKUs and {done.ServicePlans} service plans now."));
        return ExitCode.Done;
    }

    private static async Task<(string? Text, string? Problem)> ReadTextAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            if (!file.Exists)
            {
                return (null, $"{file.FullName} does not exist.");
            }

            if (file.Length > ClientLimits.CatalogBytes)
            {
                return (null, $"{file.Name} is larger than {ClientLimits.CatalogBytes / (1024 * 1024)} MiB, more than any product-names table.");
            }

            using StreamReader reader = new(file.FullName, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return (await reader.ReadToEndAsync(cancel).ConfigureAwait(false), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, $"{file.Name} is not UTF-8 text: save it as CSV UTF-8.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file.Name} cannot be read: {e.Message}");
        }
    }

    private static int Refused(Session session, GraphRefusal refusal)
    {
        if (refusal.Status is 404 or 405 || refusal.Code is "BadRequest" or "pathUnknown")
        {
            session.Screen.Warn("this server has no catalog, so it is no Berth: the catalog commands work with Berth only. See --graph.");
            return ExitCode.BadUsage;
        }

        return session.Screen.Refused("The catalog", refusal);
    }
}
