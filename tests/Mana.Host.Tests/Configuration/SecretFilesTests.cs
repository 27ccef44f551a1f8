using Mana.Host.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Mana.Host.Tests.Configuration;

public sealed class SecretFilesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mana-secrets-").FullName;

    public static TheoryData<string> Names => [.. SecretFiles.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_secret_may_come_from_a_file(string name)
    {
        using var configuration = Given((name + "_FILE", Written("  from the file\n")));
        Assert.Equal("from the file", configuration[EnvironmentNames.Settings[name]]);
    }

    [Fact]
    public void An_empty_file_counts_as_unset()
    {
        using var configuration = Given(("SMTP_PASSWORD_FILE", Written("\n")));
        Assert.Null(configuration[EnvironmentNames.Settings["SMTP_PASSWORD"]]);
    }

    [Fact]
    public void Every_file_that_cannot_be_used_is_told_by_name_and_none_by_content()
    {
        var large = Written(new string('x', 70_000));
        var problems = Assert.Throws<OptionsValidationException>(() => Given(
            ("MANA_SERVICE_KEY_FILE", Path.Combine(_folder, "nowhere")), ("MANA_AUTH_KEK_FILE", large),
            ("BETTER_AUTH_SECRET_FILE", Written("one-of-two")), ("BETTER_AUTH_SECRET", "two-of-two"))).Failures.ToList();
        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("MANA_SERVICE_KEY_FILE: there is no such file", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("MANA_AUTH_KEK_FILE: the file is too large", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("BETTER_AUTH_SECRET and BETTER_AUTH_SECRET_FILE are both set", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("of-two", StringComparison.Ordinal) || problem.Contains("xxx", StringComparison.Ordinal));
    }

    /// <summary>Whoever adds a variable for a secret has to think of files, or to say here why not.</summary>
    [Fact]
    public void Whatever_sounds_like_a_secret_can_come_from_a_file()
    {
        string[] words = ["SECRET", "PASSWORD", "KEY", "KEK", "TOKEN", "DATABASE_"];
        // No secrets: names, numbers, a switch; and the one whose file Auth reads itself.
        string[] others = ["PASSKEYS_ENABLED", "MANA_VAULT_KEK", "SYNAPSE_OIDC_CLIENT_SECRET", "SYNAPSE_OIDC_CLIENT_SECRET_FILE"];
        Assert.Equal([], EnvironmentNames.Settings.Keys.Where(name => words.Any(word => name.Contains(word, StringComparison.Ordinal))).Except(others).Except(SecretFiles.Names));
        Assert.Equal([], SecretFiles.Names.Except(EnvironmentNames.Settings.Keys));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Written(string text)
    {
        var file = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllText(file, text);
        return file;
    }

    static ConfigurationManager Given(params (string Name, string Value)[] variables)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(variables.Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value)));
        configuration.UseEnvironmentNames(development: false);
        return configuration;
    }
}
