using Berth.Portal.Graph;

namespace Berth.Portal.Lists;

/// <summary>
/// The rows of a list that Graph gives in pages: those that were read, and how many there are in all. Graph's pages come one after another, so a row far down is
/// there once the pages before it are.
/// </summary>
/// <param name="first">The address of the first page, with <c>$count=true</c>.</param>
/// <param name="read">Reads a page: <c>(address, cancel) => Graph.GetAsync(address, MyJson.Default.GraphPageMyRow, cancel)</c>.</param>
public sealed class PagedRows<TRow>(string first, Func<string, CancellationToken, Task<GraphPage<TRow>>> read) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<TRow> _rows = [];
    private string? _next = first;
    private int _wanted = -1;
    private bool _reading;

    /// <summary>The rows that were read.</summary>
    public IReadOnlyList<TRow> Read => _rows;

    /// <summary>How many there are in all; null until the first page is here.</summary>
    public int? Total { get; private set; }

    /// <summary>Whether there are more rows than <see cref="Total"/>: a list that does not say how many it has tells so only at its end.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Why reading stopped; <see cref="RetryAsync"/> goes on.</summary>
    public GraphException? Problem { get; private set; }

    /// <summary>More rows are here, or reading stopped.</summary>
    public event Action? Changed;

    /// <summary>Reads until the row at an index is here, or the list ends.</summary>
    public async Task ReachAsync(int index)
    {
        _wanted = Math.Max(_wanted, index);
        if (_reading || Problem is not null)
        {
            return;
        }

        _reading = true;
        try
        {
            while (_next is { } address && (_rows.Count <= _wanted || Total is null))
            {
                GraphPage<TRow> page = await read(address, _gone.Token);
                _rows.AddRange(page.Value);
                _next = page.NextLink;
                Total = _next is null ? _rows.Count : Math.Max(page.Count ?? Total ?? 0, _rows.Count);
                IsOpen = _next is not null && page.Count is null;
                Changed?.Invoke();
            }
        }
        catch (GraphException e)
        {
            Problem = e;
            Changed?.Invoke();
        }
        catch (OperationCanceledException)
        {
            // Nobody looks at this list any more.
        }
        finally
        {
            _reading = false;
        }
    }

    /// <summary>Goes on after a problem.</summary>
    public Task RetryAsync()
    {
        Problem = null;
        return ReachAsync(_wanted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }
}
