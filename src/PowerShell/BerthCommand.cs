using System.Management.Automation;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>What every cmdlet has: a connection, an end when the person stops it, and errors with the server's words (B840). What is said of it here is its help (B849).</summary>
public abstract class BerthCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The connection to use, as Connect-Berth gave it. Without it the newest one is used.</summary>
    [Parameter]
    [ValidateNotNull]
    public BerthContext? Connection { get; set; }

    private protected CancellationToken Cancel => _stop.Token;

    private protected BerthClient Client
    {
        get
        {
            if ((Connection ?? BerthContext.Current) is { } context)
            {
                return context.Client;
            }

            Stop(new BerthException("notConnected", "There is no connection to a Berth."), null);
            throw new InvalidOperationException("It was stopped.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends a wait when the person stops the pipeline.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Lets go of what it holds.</summary>
    /// <param name="disposing">Whether it was asked to.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <summary>Does what the whole command stands on: a refusal ends it.</summary>
    private protected T Must<T>(Func<T> work, object? target = null)
    {
        try
        {
            return work();
        }
        catch (BerthException refused)
        {
            Stop(refused, target);
            throw;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Does what one input stands on: a refusal is told and the next one goes on.</summary>
    private protected bool Try<T>(Func<T> work, object? target, out T? done)
    {
        try
        {
            done = work();
            return true;
        }
        catch (BerthException refused) when (refused.StatusCode is not (0 or 401))
        {
            WriteError(Failures.Of(refused, target));
        }
        catch (BerthException refused)
        {
            // Nothing that follows would fare better.
            Stop(refused, target);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }

        done = default;
        return false;
    }

    private protected void Stop(BerthException refused, object? target) => ThrowTerminatingError(Failures.Of(refused, target));

    /// <summary>Whether what follows is only to be shown: -WhatIf here or in the session.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>
    /// Whether to go on. What takes something away asks as PowerShell asks about things of high impact; what only gives asks as about those of medium impact, which are done unasked unless the person wants to be asked (B843).
    /// </summary>
    private protected bool Agreed(string description, string question, bool takesAway)
    {
        bool asks = takesAway
            || IsWhatIf
            || MyInvocation.BoundParameters.ContainsKey("Confirm")
            || SessionState.PSVariable.GetValue("ConfirmPreference")?.ToString() is "Low" or "Medium";
        return !asks || ShouldProcess(description, question, "Berth");
    }

    private protected void Show(string activity, string status, int done, int all) => WriteProgress(new ProgressRecord(MyInvocation.MyCommand.Name.GetHashCode(StringComparison.Ordinal) & int.MaxValue, activity, status)
    {
        PercentComplete = all == 0 ? 100 : (int)(100L * done / all),
        RecordType = done >= all ? ProgressRecordType.Completed : ProgressRecordType.Processing,
    });
}
