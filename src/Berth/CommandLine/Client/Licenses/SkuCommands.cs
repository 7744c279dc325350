using System.CommandLine;
using System.Globalization;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Licenses;

/// <summary><c>berth sku</c>: what the tenant has and what of it is free.</summary>
internal static class SkuCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Command list = new("list", "List the tenant's SKUs: seats bought, assigned and free.") { options.AsOf };
        list.Does(options, (session, _, cancel) => ListAsync(session, cancel));
        return new Command("sku", "What the tenant subscribes to.") { list };
    }

    private static async Task<int> ListAsync(Session session, CancellationToken cancel)
    {
        Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
        if (!reply.Is(out SkuBook? book, out GraphRefusal? refusal))
        {
            return session.Screen.Refused("The tenant's SKUs", refusal);
        }

        SkuAnswer[] skus =
        [
            .. book.Owned.Select(sku => new SkuAnswer(
                sku.Id,
                sku.PartNumber,
                sku.ProductName,
                sku.Owned!.CapabilityStatus,
                sku.Owned.PrepaidUnits?.Enabled ?? 0,
                sku.Owned.PrepaidUnits?.Warning ?? 0,
                sku.Owned.PrepaidUnits?.Suspended ?? 0,
                sku.Owned.PrepaidUnits?.LockedOut ?? 0,
                sku.Owned.ConsumedUnits,
                sku.Owned.Free())),
        ];
        if (session.Screen.Json)
        {
            session.Screen.Write(new SkuListAnswer(skus), AnswerJson.Default.SkuListAnswer);
        }
        else if (skus.Length == 0)
        {
            session.Screen.Say("The tenant has no subscription.");
        }

        session.Screen.Table(
            ["SKU", "Product", "Status", "Bought", "Assigned", "Free", "Id"],
            [.. skus.Select(sku => new[] { sku.SkuPartNumber, sku.ProductName, sku.Status ?? "", Count(sku.Enabled + sku.Warning), Count(sku.Assigned), Count(sku.Free), $"{sku.SkuId}" })]);
        return ExitCode.Done;
    }

    /// <summary>The seats that can still be assigned: units enabled or in their warning period, less those held (decisions, Subscriptions).</summary>
    public static int Free(this WireSku sku) => (sku.PrepaidUnits?.Enabled ?? 0) + (sku.PrepaidUnits?.Warning ?? 0) - sku.ConsumedUnits;

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
