package dev.penstock.local;

import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The module table of {@code docs/design.md}, and the names that the code base does without. */
class ArchitectureTest {
    private static final JavaClasses PENSTOCK = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.penstock");

    /** The one listener of a part lives beside the class that starts the part, and all of the part reports to it. */
    private static final DescribedPredicate<HasName> A_PARTS_EVENTS = nameMatching("dev\\.penstock\\..*Events");

    @Test
    void contracts_know_only_the_jdk_and_jackson() {
        classes().that()
                .resideInAnyPackage("dev.penstock.contracts..", "dev.penstock.configuration..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "com.fasterxml.jackson..", "org.jspecify..",
                        "dev.penstock.contracts..", "dev.penstock.configuration..")
                .check(PENSTOCK);
    }

    @Test
    void the_broker_knows_nothing_of_jobs() {
        noClasses().that()
                .resideInAPackage("dev.penstock.servicebus..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.penstock.contracts..", "dev.penstock.configuration..",
                        "dev.penstock.messaging..", "com.azure..")
                .check(PENSTOCK);
    }

    @Test
    void gateway_worker_session_and_broker_do_not_know_each_other() {
        for (String part : new String[]{"gateway", "worker", "session", "servicebus"}) {
            noClasses().that()
                    .resideOutsideOfPackages("dev.penstock." + part + "..", "dev.penstock.local..",
                            "dev.penstock.bench..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.penstock." + part + "..")
                    .check(PENSTOCK);
        }
    }

    @Test
    void only_messaging_gateway_and_worker_speak_to_azure() {
        noClasses().that()
                .resideOutsideOfPackages("dev.penstock.messaging..", "dev.penstock.gateway..", "dev.penstock.worker..",
                        "dev.penstock.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.azure..")
                .check(PENSTOCK);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("dev.penstock.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(DescribedPredicate.alwaysTrue(), A_PARTS_EVENTS)
                .check(PENSTOCK);
    }

    @Test
    void names_say_what_a_class_is_for() {
        noClasses().should()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(PENSTOCK);
    }
}
