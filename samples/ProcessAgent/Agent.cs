using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net;

namespace ProcessAgent;

/// <summary>A job cannot be done; the code and the message reach the person who looks at the Cloud PC.</summary>
internal sealed class JobFailedException(string code, string message, bool isRetriable) : Exception(message)
{
    /// <summary>A word for programs.</summary>
    public string Code { get; } = code;

    /// <summary>Whether trying again can help.</summary>
    public bool IsRetriable { get; } = isRetriable;
}

/// <summary>Claims jobs, does several at a time, one at a time for each machine, and reports.</summary>
internal sealed class Agent(AgentOptions options, HostDoor door, Machines machines)
{
    /// <summary>How often it asks while there is nothing to do, and while Berth cannot be reached.</summary>
    private static readonly TimeSpan _askEvery = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _oneAtATime = new();

    /// <summary>Works until it is told to stop. What it was doing then is somebody else's when the lease is over.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await machines.StartAllAsync(stopping);
        Say($"ready, {machines.Count} machines, asking {options.Server}");
        List<Task> working = [];
        string? trouble = null;
        while (!stopping.IsCancellationRequested)
        {
            working.RemoveAll(task => task.IsCompleted);
            int found = 0;
            try
            {
                if (working.Count < options.Parallel)
                {
                    IReadOnlyList<Job> jobs = await door.ClaimAsync(options.Parallel - working.Count, stopping);
                    found = jobs.Count;
                    working.AddRange(jobs.Select(job => Task.Run(() => WorkAsync(job, stopping), CancellationToken.None)));
                }

                trouble = null;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
            {
                if (trouble != e.Message)
                {
                    Say(trouble = e.Message);
                }
            }
            catch (OperationCanceledException)
            {
            }

            if (found == 0)
            {
                await Task.WhenAny([Task.Delay(_askEvery, stopping), .. working.Count == options.Parallel ? working : []]);
            }
        }

        await Task.WhenAll(working);
        Say("stopped, the machines run on");
    }

    private async Task WorkAsync(Job job, CancellationToken stopping)
    {
        using CancellationTokenSource work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using CancellationTokenSource renewal = CancellationTokenSource.CreateLinkedTokenSource(work.Token);
        Say($"{Name(job)}: begins, attempt {job.Attempt}");
        Task renewing = RenewAsync(job, work, renewal.Token);
        SemaphoreSlim oneAtATime = _oneAtATime.GetOrAdd(job.CloudPc?.Id ?? job.Id, static _ => new SemaphoreSlim(1));
        try
        {
            Outcome outcome = new(null, null);
            JobFailedException? failure = null;
            await oneAtATime.WaitAsync(work.Token);
            try
            {
                await Task.Delay(options.Pace, work.Token);

                // What follows can't be taken back: make sure that it still is ours to do.
                await door.ProgressAsync(job, 50, "working on the machine", work.Token);
                outcome = await DoAsync(job, work.Token);
            }
            catch (JobFailedException e)
            {
                failure = e;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
            {
                failure = new JobFailedException("hostError", e.Message, isRetriable: true);
            }
            finally
            {
                oneAtATime.Release();
            }

            await renewal.CancelAsync();
            await renewing;
            await InsistAsync(() => failure is null ? door.DoneAsync(job, outcome.Checks, outcome.Warning, work.Token) : door.FailedAsync(job, failure, work.Token), work.Token);
            Say(failure is null ? $"{Name(job)}: done" : $"{Name(job)}: failed, {failure.Code}: {failure.Message}");
        }
        catch (Exception e) when (e is LeaseLostException or HttpRequestException)
        {
            Say($"{Name(job)}: given up, {e.Message}");
        }
        catch (OperationCanceledException)
        {
            Say($"{Name(job)}: given up");
        }
        finally
        {
            await work.CancelAsync();
            await renewing;
        }
    }

    private async Task<Outcome> DoAsync(Job job, CancellationToken cancel)
    {
        if (job.CloudPc is not { } pc)
        {
            switch (job.Kind)
            {
                case "healthCheck":
                    return new Outcome([new CheckResult("Machines can be kept", Directory.Exists(machines.Folder) ? "passed" : "failed", machines.Folder)], null);
                case "deleteSnapshot":
                    machines.DropRetained(Point(job));
                    return new Outcome(null, null);
                default:
                    throw new JobFailedException("kindUnknown", $"This agent does not know how to do '{job.Kind}'.", isRetriable: false);
            }
        }

        switch (job.Kind)
        {
            case "provision":
                await machines.ProvideAsync(pc, cancel);
                break;
            case "deprovision":
                if (job.Snapshot is { } retained && !machines.Retain(pc.Id, retained.Id))
                {
                    await machines.RemoveAsync(pc.Id, cancel);
                    return new Outcome(null, new Warning("nothingToKeep", $"This host has no disk of machine {pc.Id} that it could keep."));
                }

                await machines.RemoveAsync(pc.Id, cancel);
                break;
            case "reprovision":
                await machines.RemakeAsync(pc, cancel);
                break;
            case "resize" or "applySettings":
                await machines.ChangeAsync(pc, cancel);
                break;
            case "snapshot":
                machines.Keep(pc.Id, Point(job), job.Snapshot?.Keep ?? []);
                break;
            case "restore":
                await machines.RestoreAsync(pc, Point(job), cancel);
                break;
            case "restart":
                await machines.RestartAsync(pc.Id, cancel);
                break;
            case "troubleshoot":
                await machines.EnsureRunningAsync(pc.Id, cancel);
                break;
            default:
                throw new JobFailedException("kindUnknown", $"This agent does not know how to do '{job.Kind}'.", isRetriable: false);
        }

        return new Outcome(null, null);
    }

    // Says now and then that the job is being worked on; ends the work when it is somebody else's.
    private async Task RenewAsync(Job job, CancellationTokenSource work, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.Lease / 3, cancel);
                try
                {
                    await door.ProgressAsync(job, 50, null, cancel);
                }
                catch (HttpRequestException)
                {
                    // Berth is away for a moment: the lease tells whether it was too long.
                }
            }
        }
        catch (LeaseLostException lost)
        {
            Say($"{Name(job)}: {lost.Message}");
            await work.CancelAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }

    // A report may be sent again: the same one twice is one.
    private static async Task InsistAsync(Func<Task> report, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await report();
                return;
            }
            catch (Exception e) when (IsPassing(e) && !cancel.IsCancellationRequested)
            {
                await Task.Delay(_askEvery, cancel);
            }
        }
    }

    // No connection, no answer in time, a server that is not well, a token that is too old.
    private static bool IsPassing(Exception e) => e is TaskCanceledException
        or HttpRequestException { StatusCode: null or HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError };

    private static string Point(Job job) =>
        job.Snapshot?.Id ?? throw new JobFailedException("snapshotMissing", $"A job '{job.Kind}' names no restore point.", isRetriable: false);

    private static string Name(Job job) => $"{job.Kind} of {job.CloudPc?.Id.ToString() ?? job.Snapshot?.Id ?? "a connection"}";

    private void Say(string line) => Console.WriteLine($"{options.Name}: {line}");

    /// <summary>What there is to tell about a job that is done.</summary>
    private sealed record Outcome(IReadOnlyList<CheckResult>? Checks, Warning? Warning);
}
