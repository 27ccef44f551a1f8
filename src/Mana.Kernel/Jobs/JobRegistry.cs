using System.Text.RegularExpressions;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>One <c>AddManaJob</c> call.</summary>
internal sealed partial record JobRegistration(string Name, Type JobType, JobSchedule Schedule)
{
    /// <summary>All of our jobs and their scheduled triggers; whatever else sits in the store is not ours to remove.</summary>
    public const string Group = "mana";

    /// <summary>Triggers of <see cref="IManaJobs.TriggerAsync"/>: outside <see cref="Group"/>, so that they do not look like a schedule.</summary>
    public const string ManualGroup = "mana.manual";

    public JobKey JobKey => new(Name, Group);

    public TriggerKey TriggerKey => new(Name, Group);

    /// <summary>The name is a key of the store and a metric label: lower-case words joined by dots and hyphens, 100 characters at most.</summary>
    public static void ValidateName(string name)
    {
        if (name.Length > 100 || !NamePattern().IsMatch(name))
            throw new ArgumentException($"'{name}' is not a job name: use lower-case words joined by dots and hyphens.", nameof(name));
    }

    [GeneratedRegex(@"^[a-z0-9]+(?:[.\-][a-z0-9]+)*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}

/// <summary>Every job that the modules of this host registered, by name.</summary>
internal sealed class JobRegistry(IEnumerable<JobRegistration> registrations)
{
    private readonly SortedDictionary<string, JobRegistration> _jobs =
        new(registrations.ToDictionary(job => job.Name, StringComparer.Ordinal), StringComparer.Ordinal);

    public IReadOnlyCollection<JobRegistration> All => _jobs.Values;

    public JobRegistration? Find(string name) => _jobs.GetValueOrDefault(name);
}
