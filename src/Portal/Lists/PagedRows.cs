using System.Globalization;
using Berth.Portal.Graph;

namespace Berth.Portal.Lists;

/// <summary>
/// The rows of a list that Graph gives in pages: those that were read, and how many there are in all. Graph's pages come one after another, so a row is there once
/// the pages before it are, or, of a list that can be read backwards, those behind it.
/// </summary>
/// <param name="first">The address of the first page, with <c>$count=true</c>.</param>
/// <param name="read">Reads a page: <c>(address, cancel) => Graph.GetAsync(address, MyJson.Default.GraphPageMyRow, cancel)</c>.</param>
/// <param name="far">How it is read from afar; without it only from its beginning.</param>
public sealed class PagedRows<TRow>(string first, Func<string, CancellationToken, Task<GraphPage<TRow>>> read, FarReading? far = null) : IDisposable
{
    /// <summary>The largest page of Graph: for rows that are far away (B646).</summary>
    public const int LargestPage = 999;

    /// <summary>Rows of a page after the first one, which is as large as its address says.</summary>
    public const int Page = 200;

    private const string Size = "$top=";

    private readonly List<TRow> _rows = [];

    // From the end: the last one first.
    private readonly List<TRow> _tail = [];
    private string? _next = first;
    private string? _before = far?.Backwards;
    private CancellationTokenSource _stop = new();
    private (int First, int Last) _wanted = (0, -1);
    private Task? _reading;
    private Task? _taking;
    private ReadingFar? _work;
    private ReadingFar? _takingWork;
    private bool _isGone;

    /// <summary>How many there are in all; null until the first page is here.</summary>
    public int? Total { get; private set; }

    /// <summary>Whether there are more rows than <see cref="Total"/>: a list that does not say how many it has tells so only at its end.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Why reading stopped; <see cref="RetryAsync"/> goes on.</summary>
    public GraphException? Problem { get; private set; }

    /// <summary>How far it is, while several pages have to be read; else null.</summary>
    public ReadingFar? Work => _takingWork ?? _work;

    /// <summary>Whether somebody has stopped it; whoever wants rows again starts it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>More rows are here, or reading stopped.</summary>
    public event Action? Changed;

    /// <summary>The row at an index, when it was read.</summary>
    public bool TryGet(int index, out TRow row)
    {
        int back = (Total ?? 0) - 1 - index;
        bool isRead = index >= 0 && (index < _rows.Count || (back >= 0 && back < _tail.Count));
        row = !isRead ? default! : index < _rows.Count ? _rows[index] : _tail[back];
        return isRead;
    }

    /// <summary>Reads until the rows at some indices are here, or the list ends. Whoever wants others meanwhile gets those: the last wish counts.</summary>
    public Task ReachAsync(int from, int to)
    {
        // A list that only gets another size is still on the same way.
        _work = Math.Abs((long)from - _wanted.First) > LargestPage ? null : _work;
        _wanted = (from, to);
        return _isGone || Problem is not null ? Task.CompletedTask : _reading is { IsCompleted: false } ? _reading : _reading = ReadAsync(_stop.Token);
    }

    /// <summary>Hands over every row of the list, a page at a time, in no order, until it is stopped (B647).</summary>
    public Task TakeAllAsync(Action<IEnumerable<TRow>> take) =>
        _isGone || Problem is not null ? Task.CompletedTask : _taking is { IsCompleted: false } ? _taking : _taking = TakeAsync(take, _stop.Token);

    /// <summary>Reads no further. What is here stays.</summary>
    public void Stop()
    {
        IsStopped = true;
        _stop.Cancel();
        _stop.Dispose();
        _stop = new();
    }

    /// <summary>Goes on after a problem.</summary>
    public Task RetryAsync()
    {
        Problem = null;
        return ReachAsync(_wanted.First, _wanted.Last);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isGone = true;
        _stop.Cancel();
        _stop.Dispose();
    }

    // How many rows have to be read for what is wanted, and from which end; nothing when it is here.
    private (int Rows, bool IsFromEnd)? Missing()
    {
        if (Total is not { } total)
        {
            return (0, false);
        }

        int ahead = _next is null ? 0 : _wanted.Last + 1 - _rows.Count;
        int behind = _before is null || IsOpen ? int.MaxValue : total - _wanted.First - _tail.Count;
        return ahead <= 0 || behind <= 0 || (far is not null && _rows.Count + _tail.Count >= total) ? null : behind < ahead ? (behind, true) : (ahead, false);
    }

    private Task ReadAsync(CancellationToken stop) => WatchedAsync(async () =>
    {
        while (Missing() is { } missing)
        {
            int all = Math.Max(_work?.All ?? 0, missing.Rows);
            if (all > 2 * LargestPage && Total is not null)
            {
                _work = new ReadingFar(all - missing.Rows, all);
                Changed?.Invoke();
            }

            GraphPage<TRow> page = await read(Total is null ? _next! : Sized(missing.IsFromEnd ? _before! : _next!, missing.Rows), stop);
            if (missing.IsFromEnd)
            {
                _tail.AddRange(page.Value);
                _before = page.NextLink;
                Total = Math.Max(page.Count ?? Total!.Value, _rows.Count);
            }
            else
            {
                _rows.AddRange(page.Value);
                _next = page.NextLink;
                Total = _next is null ? _rows.Count : Math.Max(page.Count ?? Total ?? 0, _rows.Count);
                IsOpen = _next is not null && page.Count is null;
            }

            Changed?.Invoke();
        }
    }, () => _work = null, stop);

    private Task TakeAsync(Action<IEnumerable<TRow>> take, CancellationToken stop) => WatchedAsync(async () =>
    {
        if (_next is not null && far?.Unordered is { } all)
        {
            int taken = 0;
            for (string? address = all; address is not null;)
            {
                GraphPage<TRow> page = await read(address, stop);
                address = page.NextLink;
                taken += page.Value.Count;
                _takingWork = address is null ? null : new ReadingFar(taken, Math.Max(taken, page.Count ?? Total ?? 0));
                take(page.Value);
                Changed?.Invoke();
            }

            return;
        }

        await ReachAsync(0, (Total ?? 1) - 1);
        take(_rows);
    }, () => _takingWork = null, stop);

    private async Task WatchedAsync(Func<Task> work, Action over, CancellationToken stop)
    {
        IsStopped = false;
        try
        {
            await work();
        }
        catch (GraphException e) when (!stop.IsCancellationRequested)
        {
            Problem = e;
        }
        catch (Exception e) when (e is GraphException or OperationCanceledException)
        {
            // Somebody stopped it, or nobody looks at this list any more.
        }

        if (!_isGone)
        {
            over();
            Changed?.Invoke();
        }
    }

    // How many rows a page has is free for each page of a list; the place in it is not.
    private string Sized(string address, int rows)
    {
        int at = far is null ? -1 : address.IndexOf(Size, StringComparison.Ordinal);
        int end = at < 0 ? 0 : address.AsSpan(at + Size.Length).IndexOfAnyExceptInRange('0', '9') is var digits and >= 0 ? at + Size.Length + digits : address.Length;
        return at < 0 ? address : string.Create(CultureInfo.InvariantCulture, $"{address.AsSpan(0, at + Size.Length)}{(rows > Page ? LargestPage : Page)}{address.AsSpan(end)}");
    }
}

/// <summary>How far a long reading is.</summary>
/// <param name="Done">Rows that were read.</param>
/// <param name="All">Rows that are to be read.</param>
public sealed record ReadingFar(int Done, int All);
