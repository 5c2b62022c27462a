package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionRangeTest {
    @ParameterizedTest
    @CsvSource({"*,true", "x,true", "3,true", "3.11,true", "3.11.2,true", "3.x,true", "3.11.x,true", "3.*,true",
            "^3.10.0,true", "^3,true", "~3.11.0,true", ">=3.9,true", ">= 3.11.2,true", "'',false", "3.1,false",
            "3.11.20,false", "4,false", "^3.12,false", "^2.0,false", "~3.10.0,false", ">=3.12,false", "latest,false",
            "=3.11.2,true", "v3,true",
            "<4,true", "<3.11,false", ">3.10,true", ">3.11,false", "<=3.11,true", ">=3.9 <3.12,true",
            ">=3.9 <3.11,false", "2 || 3.11,true", "2 || 4,false", "3.10 - 3.11,true", "3.9 - 3.10,false",
            "3.11.2 - 4,true", "><3,false", ">=,false", ">=latest,false"})
    void aRangeTakesTheVersionsThatItMeans(String range, boolean contains) {
        assertThat(new VersionRange(range).contains("3.11.2")).isEqualTo(contains);
    }
}
